/** Two bare servers to measure against, in a process of their own: a store that says the same to everybody, an echo. */
const item = { pk: { S: "SESS#1" }, sk: { S: "S" }, uid: { S: "u" }, gen: { N: "3" }, amr: { L: [{ S: "pwd" }] } };
const answer = JSON.stringify({ Item: item });
const headers = { "content-type": "application/x-amz-json-1.0" };

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch: async (request, server) => {
    if (server.upgrade(request)) return undefined;
    await request.arrayBuffer();
    return new Response(answer, { headers });
  },
  websocket: { message: (socket, message) => void socket.send(message) },
});

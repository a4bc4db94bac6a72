import { DynamoTable } from "../../platform/dynamo/client.ts";

/** `done and ...`: the store does what it was asked, and the caller does not hear of it. */
export type Trouble =
  | "ProvisionedThroughputExceededException"
  | "ThrottlingException"
  | "TransactionConflict"
  | "done and 500"
  | "done and cut"
  | "done and late";

const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
const lateMs = 700;

/** Stands before a real store and spoils the next answers. */
export class TroubledStore {
  troubled = 0;
  private kind: Trouble | undefined;
  private left = 0;
  private readonly server;

  constructor(private readonly port: number) {
    this.server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => this.answer(request) });
  }

  trouble(kind: Trouble, times: number): void {
    [this.kind, this.left, this.troubled] = [kind, times, 0];
  }

  calm(): void {
    this.left = 0;
  }

  /** A table of the store, seen through the trouble. */
  clientOf(table: string, timeoutMs: number): DynamoTable {
    const url = this.server.url.href;
    return new DynamoTable({ url, region: "eu-west-1", table, credentials, timeoutMs });
  }

  stop(): Promise<void> {
    return this.server.stop(true);
  }

  private async answer(request: Request): Promise<Response> {
    const body = await request.text();
    const kind = this.left > 0 ? this.kind : undefined;
    if (kind) {
      this.left -= 1;
      this.troubled += 1;
    }
    if (kind?.endsWith("Exception")) return failed(400, { __type: `com.amazonaws#${kind}`, message: "slow down" });
    if (kind === "TransactionConflict") return conflict(request);
    const done = await fetch(`http://127.0.0.1:${this.port}`, { method: "POST", headers: request.headers, body });
    if (kind === "done and 500") return failed(500, { __type: "com.amazonaws#InternalServerError", message: "oh" });
    if (kind === "done and cut") return brokenOff(await done.text());
    if (kind === "done and late") await Bun.sleep(lateMs);
    return done;
  }
}

const failed = (status: number, body: object) => new Response(JSON.stringify(body), { status });

function conflict(request: Request): Response {
  const isTransaction = request.headers.get("x-amz-target")?.endsWith("TransactWriteItems");
  const reasons = { CancellationReasons: [{ Code: "TransactionConflict" }] };
  if (!isTransaction) return failed(400, { __type: "com.amazonaws#TransactionConflictException", message: "busy" });
  return failed(400, { __type: "com.amazonaws#TransactionCanceledException", message: "busy", ...reasons });
}

/** Half of an answer, and then no more. */
const brokenOff = (text: string) => new Response(text.slice(0, Math.floor(text.length / 2)));

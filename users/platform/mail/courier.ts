import { type Log, reason } from "../telemetry/logging.ts";
import type { Deliver } from "./mail.ts";
import type { MailQueue } from "./queue.ts";

const pauseMs = 1_000;

/** Empties the queue beside the requests, until it is stopped. */
export function startCourier(queue: MailQueue, deliver: Deliver, log: Log): () => Promise<void> {
  let isStopped = false;
  let wake = () => {};
  const running = (async () => {
    let told = "";
    while (!isStopped) {
      let sent = 0;
      try {
        sent = await queue.deliver(deliver);
        told = "";
      } catch (error) {
        const why = reason(error);
        if (why !== told) log("warning", "mail_queue_waits", { reason: why });
        told = why;
      }
      if (sent === 0 && !isStopped)
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, pauseMs);
        });
    }
  })();
  return async () => {
    isStopped = true;
    wake();
    await running;
  };
}

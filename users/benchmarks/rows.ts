/** A figure as every benchmark of the platform prints it. */
export type Row = {
  step: string;
  size: string;
  value: number;
  unit: string;
  target: number | null;
  met: boolean | null;
  peer: string;
  peer_value: number | null;
  ratio: number | null;
  remark: string;
};

export type Wanted = { most?: number; least?: number; remark?: string };

/** A figure by itself. */
export function figure(step: string, size: string, value: number, unit: string, wanted: Wanted = {}): Row {
  const { most, least, remark = "" } = wanted;
  const met = most !== undefined ? value <= most : least !== undefined ? value >= least : null;
  return {
    step,
    size,
    value,
    unit,
    target: most ?? least ?? null,
    met,
    peer: "",
    peer_value: null,
    ratio: null,
    remark,
  };
}

export type Peer = { name: string; value: number };

/** A figure beside a bare peer of the same run; the target is one of their ratio, and the remark says so. */
export function beside(step: string, size: string, value: number, unit: string, peer: Peer, wanted: Wanted): Row {
  const ratio = value / peer.value;
  const { most, least, remark } = wanted;
  const said = most !== undefined ? `at most ${most} of the peer` : `at least ${least} of the peer`;
  const met = most !== undefined ? ratio <= most : ratio >= (least ?? 0);
  const target = peer.value * (most ?? least ?? 0);
  const text = [said, remark].filter(Boolean).join("; ");
  return { step, size, value, unit, target, met, peer: peer.name, peer_value: peer.value, ratio, remark: text };
}

const rounds = 6;

/** How often per second `work` is done by so many callers, each of whom waits for their own. */
async function once(work: (n: number) => Promise<unknown>, callers: number, seconds: number): Promise<number> {
  let done = 0;
  let asked = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      await work(asked++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return done / ((performance.now() - began) / 1000);
}

/**
 * Both rates, in alternating rounds: what disturbs the machine for a while disturbs both. Takes the best round of each.
 */
export async function rates(
  ours: (n: number) => Promise<unknown>,
  bare: (n: number) => Promise<unknown>,
  callers: number,
  seconds: number,
): Promise<[number, number]> {
  let [best, bestBare] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    bestBare = Math.max(bestBare, await once(bare, callers, seconds / rounds / 2));
    best = Math.max(best, await once(ours, callers, seconds / rounds / 2));
  }
  return [best, bestBare];
}

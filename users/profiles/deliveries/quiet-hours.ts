export type QuietHours = { from: string; to: string } | null;

const minutesPerDay = 1_440;

/** The second from which somebody may be disturbed: now, or when their quiet hours are over. */
export function afterQuiet(nowMs: number, quiet: QuietHours, timeZone: string): number {
  const now = Math.floor(nowMs / 1000);
  if (!quiet) return now;
  const [at, from, to] = [minuteOfDay(nowMs, timeZone), minutes(quiet.from), minutes(quiet.to)];
  const since = (at - from + minutesPerDay) % minutesPerDay;
  const length = (to - from + minutesPerDay) % minutesPerDay;
  return since < length ? now - (now % 60) + (length - since) * 60 : now;
}

const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

function minuteOfDay(ms: number, timeZone: string): number {
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  try {
    return minutes(new Intl.DateTimeFormat("en-GB", { ...form, timeZone }).format(ms));
  } catch {
    // a zone of another machine: none that this one does not know is taken
    return minutes(new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" }).format(ms));
  }
}

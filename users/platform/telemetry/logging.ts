import { writeSync } from "node:fs";

export type Level = "debug" | "info" | "warning" | "error";
export type Fields = Record<string, string | number | boolean | null | undefined>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

const order: Record<Level, number> = { debug: 0, info: 1, warning: 2, error: 3 };
const secretName = /password|secret|token|authorization|cookie/i;

/** A line may get lost: a full disk must not end what was going to be told. */
function toStandardOutput(line: string): void {
  try {
    writeSync(1, line);
  } catch {
    // there is nowhere to say so
  }
}

/** One JSON line per event on standard output. A value under a secret-sounding name never reaches it. */
export function newLog(least: Level, write: (line: string) => void = toStandardOutput): Log {
  return (level, event, fields = {}) => {
    if (order[level] < order[least]) return;
    const shown = Object.entries(fields).map(([name, value]) => [name, secretName.test(name) ? "***" : value]);
    const line = { timestamp: new Date().toISOString(), level, event, ...Object.fromEntries(shown) };
    write(`${JSON.stringify(line)}\n`);
  };
}

export const quiet: Log = () => undefined;

export const reason = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

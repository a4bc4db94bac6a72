/** Milliseconds since 1970. Time is an argument everywhere, so that tests can move it. */
export type Clock = () => number;

export const seconds = (clock: Clock): number => Math.floor(clock() / 1000);
export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const minute = 60;
export const day = 86_400;

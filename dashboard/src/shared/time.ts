/** Moments as people read them: how long ago, the local time, and UTC beside it. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "4 min ago", "3 h ago", "2 d ago". */
export function ago(moment: number, now: number): string {
  const elapsed = now - moment;
  if (elapsed < MINUTE) return "just now";
  if (elapsed < HOUR) return `${Math.floor(elapsed / MINUTE)} min ago`;
  if (elapsed < DAY) return `${Math.floor(elapsed / HOUR)} h ago`;
  return `${Math.floor(elapsed / DAY)} d ago`;
}

/** "850 ms", "12 s", "4 min", "3 h". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  return `${Math.floor(milliseconds / HOUR)} h`;
}

/** The local time of day, with the date when it is not today's. */
export function localTime(moment: number, now: number): string {
  const time = new Date(moment);
  const sameDay = time.toDateString() === new Date(now).toDateString();
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(
    undefined,
    sameDay ? clock : { ...clock, day: "numeric", month: "short" },
  ).format(time);
}

/** "2025-01-15 10:00:00 UTC". */
export function utcTime(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

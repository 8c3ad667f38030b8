// Numbers as people read them.

export function duration(ms) {
  if (ms === null || ms === undefined) return "";
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}

export function cost(usd) {
  if (usd === null || usd === undefined) return "unknown";
  return usd === 0 || usd >= 0.1 ? `$${usd.toFixed(2)}` : usd < 0.0001 ? "<$0.0001" : `$${usd.toFixed(4)}`;
}

export function count(value) {
  if (value < 1000) return String(value);
  return value < 999_500 ? `${(value / 1000).toFixed(1)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}

export function clock(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" });
}

/** A text as it is, everything else as JSON. */
export function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

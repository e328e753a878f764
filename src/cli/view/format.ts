/** `7,501`; below 10 with one decimal. */
export function formatCount(value: number): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Milliseconds as `12 ms`, `2.05 s`, `29.1 s`, `2 min 5 s` or `3 h 20 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.995) return `${trimZeros(seconds.toFixed(2))} s`;
  if (seconds < 59.95) return `${trimZeros(seconds.toFixed(1))} s`;
  return formatLong(Math.round(seconds));
}

/** Whole seconds, rounded up unless said otherwise: `0 s`, `12 s`, `1 min 12 s`. For what changes while one looks at it. */
export function formatSeconds(ms: number, round: (seconds: number) => number = Math.ceil): string {
  const seconds = round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : formatLong(seconds);
}

/** How long ago or how long yet, as coarse as one speaks of it: `12 s`, `3 h 20 min`, `5 days`. */
export function formatAge(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days < 2 ? formatSeconds(Math.max(0, ms), Math.floor) : `${formatCount(days)} days`;
}

/** Bytes as `980 B`, `1.5 KB` or `1 MB`, with 1,024 bytes to the kilobyte. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const [value, unit] = bytes < 1_048_576 ? [bytes / 1_024, 'KB'] : [bytes / 1_048_576, 'MB'];
  return `${trimZeros(value.toFixed(value < 100 ? 1 : 0))} ${unit}`;
}

/** Dollars with three digits that say something: `$0.000247`, `$1.44`. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0';
  const digits = usd >= 1 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(usd)));
  return `$${usd.toFixed(digits)}`;
}

/** `1 retry`, `2 retries`. */
export function formatNumberOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function formatLong(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

import { formatNumberOf } from './format';

/** What went wrong on the way, as a record and a report count it. */
interface Disturbances {
  readonly failedAttemptCount: number;
  readonly retryCount: number;
  readonly throttleCount: number;
  readonly faults: Readonly<Record<string, number>>;
}

const faultNames: Readonly<Record<string, readonly [string, string]>> = {
  crash: ['crash', 'crashes'],
  duplicate: ['duplicate', 'duplicates'],
  hang: ['hanging call', 'hanging calls'],
  'lost-reply': ['lost reply', 'lost replies'],
  'server-error': ['call answered with 500', 'calls answered with 500'],
  throttle: ['call throttled', 'calls throttled'],
};

/** Counts in words, without those that are zero. */
export function listDisturbances({ failedAttemptCount, retryCount, throttleCount, faults }: Disturbances): string[] {
  const counts: [number, string, string?][] = [
    [failedAttemptCount, 'failed attempt'],
    [retryCount, 'redelivery', 'redeliveries'],
    [throttleCount, 'event throttled', 'events throttled'],
  ];
  for (const [kind, count] of Object.entries(faults)) counts.push([count, ...(faultNames[kind] ?? ([kind, kind] as const))]);
  return counts.flatMap(([count, one, many]) => (count > 0 ? [formatNumberOf(count, one, many)] : []));
}

import type { Progress } from '../record/progress-track';
import { formatCount, formatSeconds } from './format';

/** Progress as a sentence, for lines that stay: `loadBatch: 62 %, 124,000 of 200,000, 7,501/s, 10 s left`. */
export function renderProgress({ step, done, total, rate, leftMs, note }: Progress): string {
  const parts = [
    ...(total === undefined || total <= 0
      ? [`${formatCount(done)} done`]
      : [`${Math.floor((done / total) * 100)} %`, `${formatCount(done)} of ${formatCount(total)}`]),
    ...(rate === undefined ? [] : [`${formatCount(rate)}/s`]),
    ...(leftMs === undefined ? [] : [`${formatSeconds(leftMs)} left`]),
    ...(note === undefined ? [] : [note]),
  ];
  return `${step ?? 'progress'}: ${parts.join(', ')}`;
}

import type { DevOptions } from '../arguments/dev-options';
import { formatDuration } from './format';
import type { Paint } from './paint';

/** What is run, and with what. */
export interface Header {
  readonly options: DevOptions;
  readonly seed: number;
  /** Whether there is a continuation queue. */
  readonly hasQueue: boolean;
  /** The directory that executions are kept in. */
  readonly keptIn?: string | undefined;
}

/** The first line: what is run, and with what. */
export function renderHeader({ options, seed, hasQueue, keptIn }: Header, paint: Paint): string {
  const { file, timeoutMs, memoryMb, recursiveLoop, faults, nodePath } = options;
  const asked = Object.entries(faults).map(([kind, probability]) => `${kind} ${probability}`);
  const facts = [
    `time-out ${formatDuration(timeoutMs)}`,
    `${memoryMb} MB`,
    ...(nodePath === undefined ? [] : [nodePath]),
    ...(hasQueue ? ['queue'] : []),
    ...(keptIn === undefined ? [] : [`kept in ${keptIn}`]),
    ...(recursiveLoop === 'Terminate' ? ['recursion terminates'] : []),
    ...(asked.length > 0 ? [...asked, `seed ${seed}`] : []),
  ];
  return `${paint('strong', 'baton dev')} ${file} ${paint('dim', `(${facts.join(', ')})`)}`;
}

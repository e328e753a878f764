import type { Command } from './command';
import { dev } from './commands/dev';
import { doctor } from './commands/doctor';
import { estimate } from './commands/estimate';
import { init } from './commands/init';
import { list } from './commands/list';
import { redrive, sweep } from './commands/redrive';
import { signal } from './commands/signal';
import { start } from './commands/start';
import { result, status } from './commands/status';
import { cancel, resume, stop } from './commands/stop';
import { timeline } from './commands/timeline';
import { watch } from './commands/watch';

/** Every command of `baton`, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  dev,
  estimate,
  doctor,
  start,
  status,
  watch,
  timeline,
  result,
  cancel,
  signal,
  redrive,
  list,
  sweep,
  stop,
  resume,
];

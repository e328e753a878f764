import { cancel } from './cancel';
import { list } from './list';
import type { Operation } from './operation';
import { redrive } from './redrive';
import { result } from './result';
import { resume } from './resume';
import { start } from './start';
import { status } from './status';
import { stop } from './stop';
import { sweep } from './sweep';

/** The commands that start executions and look after them, in the order of the help. */
export const operations: readonly Operation[] = [start, status, result, cancel, redrive, list, sweep, stop, resume];

import type { Failure } from '../record/failure';
import type { Paint } from './paint';

/** An error for its reader: what is wrong, and the cure in a line of its own. */
export function renderFailure({ name, message }: Failure, paint: Paint): string {
  const [problem = '', ...cure] = message.split('\n');
  return [`${paint('bad', `${name}:`)} ${problem}`, ...cure.map((line) => paint('accent', line))].join('\n');
}

import type { DevOptions } from '../arguments/dev-options';
import type { ConsoleStreams } from '../console-streams';
import type { RunRecord } from '../record/run-record';
import { JsonView } from './json-view';
import { LiveView } from './live-view';
import { choosePaint } from './paint';
import { PlainView } from './plain-view';
import { QuietView } from './quiet-view';
import { Screen } from './screen';
import type { View } from './view';

/** The view that fits what was asked for and where it goes. */
export function chooseView(output: DevOptions['output'], streams: ConsoleStreams, record: RunRecord, readTime: () => number): View {
  const { stdout, stderr, environment } = streams;
  if (output === 'json') return new JsonView(stdout, stderr);
  if (output === 'quiet') return new QuietView();
  const paint = choosePaint(environment, stdout.isTTY === true);
  const isLive = stdout.isTTY === true && environment.TERM !== 'dumb' && !environment.CI;
  return isLive ? new LiveView({ screen: new Screen(stdout), paint, record, readTime }) : new PlainView(stdout, paint, record);
}

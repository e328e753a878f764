import { CliError } from '../cli-error';
import { chooseValue } from './choose-value';
import { initOptionSpecs } from './init-option-specs';
import { splitOptions } from './split-options';

/** What a project is deployed with. */
export type DeployTool = 'cdk' | 'none' | 'sam';

/** What `baton init` was asked for; undefined is what it was not told. */
export interface InitOptions {
  readonly directory: string | undefined;
  readonly jobName: string | undefined;
  readonly deploy: DeployTool | undefined;
  readonly mayAsk: boolean;
}

const command = 'baton init';

/** Reads the command line of `baton init`; `help` when that was asked for. @throws CliError */
export function parseInitOptions(args: readonly string[]): InitOptions | 'help' {
  const { values, positionals } = splitOptions(command, args, initOptionSpecs);
  if (values.has('help')) return 'help';
  const [directory, ...others] = positionals;
  if (others.length > 0)
    throw new CliError({ problem: `${command} makes one project, not also ${others.join(' ')}.`, cure: 'Leave the others out.' });
  const jobName = values.get('job')?.[0];
  return {
    directory,
    jobName: jobName === undefined ? undefined : readJobName(jobName),
    deploy: readDeployTool(values.get('deploy')?.[0]),
    mayAsk: !values.has('yes'),
  };
}

/** Reads the name of a job class. @throws CliError */
export function readJobName(text: string): string {
  if (/^[A-Z][A-Za-z0-9]{2,63}$/.test(text)) return text;
  const problem = `--job ${text}: that is no name of a job class (a capital, then 2 to 63 letters or digits).`;
  throw new CliError({ problem, cure: 'Write for example --job ReconcilePayments.' });
}

/** Reads what a project is deployed with; undefined when it is not said. @throws CliError */
export function readDeployTool(text: string | undefined): DeployTool | undefined {
  return chooseValue<DeployTool>('--deploy', text, { cdk: 'cdk', sam: 'sam', none: 'none' });
}

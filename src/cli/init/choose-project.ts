import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chooseValue } from '../arguments/read-values';
import { CliError, type CommandRequest, type ConsoleStreams } from '../command';
import { choosePaint, renderFailure } from '../view/paint';

/** What a project is deployed with. */
export type DeployTool = 'cdk' | 'none' | 'sam';

/** What is made by `baton init`. */
export interface Project {
  /** Absolute path. */
  readonly directory: string;
  /** Name of the job class. */
  readonly jobName: string;
  readonly deploy: DeployTool;
}

/** Reads what the command line says, and asks for the rest where there is somebody to ask: three questions at most. @throws CliError */
export async function chooseProject({ argument, read, has, streams }: CommandRequest): Promise<Project> {
  const given = { directory: argument || undefined, jobName: read('job'), deploy: read('deploy') };
  const jobName = given.jobName === undefined ? undefined : readJobName(given.jobName);
  const deploy = given.deploy === undefined ? undefined : readDeployTool(given.deploy);
  const questions = !has('yes') && isTerminal(streams) ? new Questions(streams) : undefined;
  const ask = async <Value>(
    question: string,
    usual: string,
    readAnswer: (text: string) => Value,
  ): Promise<Value> =>
    questions === undefined ? readAnswer(usual) : questions.ask(question, usual, readAnswer);
  try {
    return {
      directory: resolve(given.directory ?? (await ask('Directory', 'my-job', String))),
      jobName: jobName ?? (await ask('Name of the job class', 'ExampleJob', readJobName)),
      deploy: deploy ?? (await ask('Deployed with (cdk, sam, none)', 'cdk', readDeployTool)),
    };
  } finally {
    questions?.close();
  }
}

function readJobName(text: string): string {
  if (/^[A-Z][A-Za-z0-9]{2,63}$/.test(text)) return text;
  const problem = `--job ${text}: that is no name of a job class (a capital, then 2 to 63 letters or digits).`;
  throw new CliError({ problem, fix: 'Write for example --job ReconcilePayments.' });
}

function readDeployTool(text: string): DeployTool {
  return chooseValue<DeployTool>('--deploy', text, { cdk: 'cdk', sam: 'sam', none: 'none' }) ?? 'cdk';
}

function isTerminal({ stdin, stdout }: ConsoleStreams): boolean {
  return stdout.isTTY === true && (stdin as { isTTY?: boolean }).isTTY === true;
}

/** Asks at a terminal. An empty answer stands for what is usual, and one that is none is said to be, and asked for again. */
class Questions {
  readonly #streams: ConsoleStreams;
  readonly #reader: ReturnType<typeof createInterface>;
  readonly #lines: AsyncIterator<string>;

  constructor(streams: ConsoleStreams) {
    this.#streams = streams;
    this.#reader = createInterface({ input: streams.stdin });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async ask<Value>(question: string, usual: string, readAnswer: (text: string) => Value): Promise<Value> {
    const { stdout, environment } = this.#streams;
    stdout.write(`${question} (${usual}): `);
    const { value, done } = await this.#lines.next();
    if (done === true) return readAnswer(usual);
    try {
      return readAnswer(value.trim() === '' ? usual : value.trim());
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      stdout.write(
        `${renderFailure({ name: error.name, message: error.message }, choosePaint(environment, true))}\n`,
      );
      return this.ask(question, usual, readAnswer);
    }
  }

  close(): void {
    this.#reader.close();
  }
}

import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type InitOptions, readDeployTool, readJobName } from '../arguments/parse-init-options';
import type { ConsoleStreams } from '../console-streams';
import type { Project } from './project';

const defaults = { directory: 'my-job', jobName: 'ExampleJob', deploy: 'cdk' };

/** Asks for what the command line has left open, where there is somebody to ask: three questions at most. @throws CliError for an answer that is none */
export async function chooseProject(options: InitOptions, streams: ConsoleStreams): Promise<Project> {
  const ask = options.mayAsk && isTerminal(streams) ? openQuestions(streams) : undefined;
  try {
    const directory = options.directory ?? (await ask?.('Directory', defaults.directory)) ?? defaults.directory;
    const jobName = options.jobName ?? readJobName((await ask?.('Name of the job class', defaults.jobName)) ?? defaults.jobName);
    const deploy = options.deploy ?? readDeployTool((await ask?.('Deployed with (cdk, sam, none)', defaults.deploy)) ?? defaults.deploy);
    return { directory: resolve(directory), jobName, deploy: deploy ?? 'cdk' };
  } finally {
    ask?.close();
  }
}

function isTerminal({ stdin, stdout }: ConsoleStreams): boolean {
  return stdout.isTTY === true && (stdin as { isTTY?: boolean }).isTTY === true;
}

/** Reads an answer for each question; an empty one stands for the default. */
function openQuestions({ stdin, stdout }: ConsoleStreams) {
  const reader = createInterface({ input: stdin });
  const lines = reader[Symbol.asyncIterator]();
  const ask = async (question: string, usual: string): Promise<string> => {
    stdout.write(`${question} (${usual}): `);
    const { value, done } = await lines.next();
    return done === true || value.trim() === '' ? usual : value.trim();
  };
  return Object.assign(ask, { close: () => reader.close() });
}

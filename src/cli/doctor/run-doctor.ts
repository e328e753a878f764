import { parseFunctionName } from '../../local/functions/function-version';
import { loadLambdaSdk } from '../../runtime/adapters/aws/aws-sdk';
import { CliError } from '../cli-error';
import type { ConsoleStreams } from '../console-streams';
import { readTemplate } from '../template/template';
import { choosePaint } from '../view/paint';
import { collectFromAws } from './collect/collect-from-aws';
import { collectFromTemplate } from './collect/collect-from-template';
import type { Asked } from './collect/read-function-facts';
import { type Diagnosis, diagnose } from './diagnosis';
import { fixRecursion } from './fix-recursion';
import { renderDiagnosis } from './render-diagnosis';

/** What `baton doctor` was asked for. */
export interface DoctorOptions {
  /** Name, `name:qualifier` or ARN; with a template a logical id, or a part of one, or nothing. */
  readonly functionName: string | undefined;
  readonly region: string | undefined;
  readonly bundle: string | undefined;
  readonly template: string | undefined;
  readonly mayFix: boolean;
  readonly mayAsk: boolean;
  readonly output: 'json' | 'text';
}

/** Looks at a function, or at a template, and says how it is. @returns the exit code: 1 when there are errors */
export async function runDoctor(options: DoctorOptions, streams: ConsoleStreams): Promise<number> {
  const { template, functionName, bundle, output } = options;
  const diagnosis =
    template === undefined
      ? await examineFunction(functionName ?? '', options, streams)
      : diagnose(template, await collectFromTemplate(readTemplate(template), functionName, bundle));
  const paint = choosePaint(streams.environment, streams.stdout.isTTY === true);
  streams.stdout.write(
    output === 'json' ? `${JSON.stringify(diagnosis)}\n` : renderDiagnosis(diagnosis, paint),
  );
  return diagnosis.errorCount > 0 ? 1 : 0;
}

async function examineFunction(
  functionName: string,
  options: DoctorOptions,
  streams: ConsoleStreams,
): Promise<Diagnosis> {
  const { bundle, mayFix, mayAsk } = options;
  const asked = readName(functionName);
  const region = options.region ?? findRegion(functionName);
  const { LambdaClient } = await loadLambdaSdk();
  const lambda = new LambdaClient(region === undefined ? {} : { region });
  try {
    const collect = () => collectFromAws({ lambda, asked, region, isLocal: isLocal(streams), bundle });
    const facts = await collect();
    if (!mayFix || !(await fixRecursion(facts, { lambda, name: asked.name, mayAsk, streams })))
      return diagnose(functionName, facts);
    return diagnose(functionName, await collect(), ['recursion']);
  } finally {
    lambda.destroy();
  }
}

/** Settings of the function and settings of what the qualifier stands for are asked for apart. */
function readName(text: string): Asked {
  const parsed = parseFunctionName(text);
  if (parsed === undefined) {
    throw new CliError({
      problem: `${text} is no name of a function.`,
      fix: 'Write its name, name:alias, or its ARN.',
    });
  }
  const { qualifier } = parsed;
  return { name: qualifier === undefined ? text : text.slice(0, -(qualifier.length + 1)), qualifier };
}

function findRegion(text: string): string | undefined {
  return /^arn:[\w-]+:lambda:([\w-]+):/.exec(text)?.[1];
}

/** The local Lambda, and what else answers on loopback. */
function isLocal({ environment }: ConsoleStreams): boolean {
  const endpoint = environment.AWS_ENDPOINT_URL_LAMBDA || environment.AWS_ENDPOINT_URL;
  return endpoint !== undefined && /^https?:\/\/(127\.|localhost\b|\[::1\])/.test(endpoint);
}

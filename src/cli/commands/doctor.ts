import { existsSync } from 'node:fs';
import { parseFunctionName } from '../../local/functions/local-function';
import { loadLambdaSdk } from '../../runtime/adapters/aws/clients';
import { missingFileError } from '../arguments/read-values';
import { CliError, type Command, type ConsoleStreams, type GivenOptions, jsonOption } from '../command';
import { collectFromAws } from '../doctor/collect/collect-from-aws';
import { collectFromTemplate } from '../doctor/collect/collect-from-template';
import type { Asked } from '../doctor/collect/read-function-facts';
import { type Diagnosis, diagnose, renderDiagnosis } from '../doctor/diagnosis';
import { fixRecursion } from '../doctor/recursion';
import { readTemplate } from '../template/template';
import { choosePaint } from '../view/paint';

const subject = 'What is looked at';
const fix = 'The fix';

/** `baton doctor`. */
export const doctor: Command = {
  name: 'doctor',
  argument: {
    name: '<function>',
    isOptional: true,
    what: 'the function: its name or ARN',
    one: 'looks at one function',
  },
  summary: 'says what is wrong with a function, and what to do',
  usage: [
    ['baton doctor <function> [options]', 'a deployed function: name, name:alias or ARN'],
    ['baton doctor [function] --template <file>', 'what a CloudFormation template would deploy (cdk synth)'],
  ],
  options: [
    {
      group: subject,
      name: 'region',
      value: '<name>',
      help: "where the function is (default: its ARN's, or the environment's)",
    },
    {
      group: subject,
      name: 'bundle',
      value: '<file>',
      help: "the job's bundle or source: it is loaded, with the function's variables, to read safeMs and limits",
    },
    {
      group: subject,
      name: 'template',
      value: '<file>',
      help: 'a template instead of a deployed function, with its code asset',
    },

    { group: fix, name: 'fix', help: 'set the recursion setting to Allow, and nothing else; asks first' },
    { group: fix, name: 'yes', short: 'y', help: 'with --fix: do not ask' },

    jsonOption,
  ],
  exitCodes: '0 no errors, warnings perhaps; 1 errors, or something could not be read; 2 wrong command line',
  async run(request) {
    return runDoctor(readDoctorOptions(request.argument, request), request.streams);
  },
};

function readDoctorOptions(functionName: string, { read, has }: GivenOptions): DoctorOptions {
  const [template, bundle] = [read('template'), read('bundle')];
  if (!functionName && template === undefined) {
    const problem = 'baton doctor needs the function: its name or ARN.';
    throw new CliError({
      problem,
      fix: 'Write baton doctor <function>, or baton doctor --template <file>.',
    });
  }
  const [mayFix, isSure] = [has('fix'), has('yes')];
  if (isSure && !mayFix)
    throw new CliError({ problem: '--yes is for --fix.', fix: 'Add --fix, or leave --yes out.' });
  if (mayFix && template !== undefined) {
    throw new CliError({
      problem: '--fix changes a deployed function, not a template.',
      fix: 'Write RecursiveLoop: Allow into it.',
    });
  }
  if (bundle !== undefined && !existsSync(bundle))
    throw missingFileError('The bundle', bundle, 'Build it first, or correct the path.');
  return {
    functionName: functionName || undefined,
    ...{ region: read('region'), bundle, template, mayFix, mayAsk: !isSure },
    output: has('json') ? 'json' : 'text',
  };
}

/** What `baton doctor` was asked for. */
interface DoctorOptions {
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
async function runDoctor(options: DoctorOptions, streams: ConsoleStreams): Promise<number> {
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

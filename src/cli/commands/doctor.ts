import { existsSync } from 'node:fs';
import { missingFileError } from '../arguments/read-values';
import { CliError } from '../cli-error';
import { type Command, type GivenOptions, jsonOption } from '../command';
import { type DoctorOptions, runDoctor } from '../doctor/run-doctor';

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

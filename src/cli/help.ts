import { devOptionSpecs } from './arguments/dev-option-specs';
import { doctorOptionSpecs } from './arguments/doctor-option-specs';
import { estimateOptionSpecs } from './arguments/estimate-option-specs';
import { initOptionSpecs } from './arguments/init-option-specs';
import type { OptionSpec } from './arguments/option-spec';
import type { Operation } from './operate/operation';
import { operations } from './operate/operations';
import { listOptions } from './operate/run-operation';
import type { Paint } from './view/paint';

const columnCells = 30;
/** Commands are longer than options. */
const commandCells = 34;

/** `baton --help`. */
export function renderHelp(paint: Paint): string {
  return `${paint('strong', 'baton')} runs lambda-baton jobs on this machine, and looks after executions wherever they are.

${paint('strong', 'Usage')}
  baton init [directory]            write a project that runs at once
  baton dev <file> [options]        run an execution on the local Lambda and watch it
  baton estimate [options]          what a workload will cost, before it runs
  baton doctor <function>           what is wrong with a deployed function, and the cure
${operations.map(renderUsage).join('\n')}
  baton <command> --help            the options of a command
  baton --version                   the version of lambda-baton

${paint('strong', 'Example')}
  baton dev src/job.ts --event '{"from":1}' --timeout 5s
  baton estimate --items 1e6 --ms-per-item 40 --memory 512 --arch arm64 --timeout 900
`;
}

/** `baton dev --help`. */
export function renderDevHelp(paint: Paint): string {
  return `${paint('strong', 'baton dev')} runs an execution to its end on a local Lambda, with AWS's own runtime client, and shows it.

${paint('strong', 'Usage')}
  baton dev <file> [options]    a bundle, or a TypeScript file (bundled with esbuild)
  baton dev --template <file>   what a CloudFormation template deploys (cdk synth)

${renderOptions(devOptionSpecs, paint)}

${paint('strong', 'Exit code')}
  0 the execution completed, 1 it did not, 2 wrong command line, 130 stopped with Ctrl-C
`;
}

/** `baton estimate --help`. */
export function renderEstimateHelp(paint: Paint): string {
  return `${paint('strong', 'baton estimate')} works out what a workload needs and costs, beside Lambda durable functions and Step Functions.

${paint('strong', 'Usage')}
  baton estimate --items <n> --ms-per-item <ms> [options]

${renderOptions(estimateOptionSpecs, paint)}
`;
}

/** `baton doctor --help`. */
export function renderDoctorHelp(paint: Paint): string {
  return `${paint('strong', 'baton doctor')} says what is wrong with a function and all that belongs to it, and what to do.

${paint('strong', 'Usage')}
  baton doctor <function> [options]          a deployed function: name, name:alias or ARN
  baton doctor [function] --template <file>  what a CloudFormation template would deploy (cdk synth)

${renderOptions(doctorOptionSpecs, paint)}

${paint('strong', 'Exit code')}
  0 no errors, warnings perhaps; 1 errors, or something could not be read; 2 wrong command line
`;
}

/** `baton init --help`. */
export function renderInitHelp(paint: Paint): string {
  return `${paint('strong', 'baton init')} writes a project that runs at once: a job, its test, how it is deployed, and the scripts. Nothing is written over.

${paint('strong', 'Usage')}
  baton init [directory] [options]    (default: my-job)

${renderOptions(initOptionSpecs, paint)}
`;
}

/** `baton status --help`, and that of every other operation. */
export function renderOperationHelp(operation: Operation, paint: Paint): string {
  const { name, argument, summary, exitCodes } = operation;
  return `${paint('strong', `baton ${name}`)} ${summary}.

${paint('strong', 'Usage')}
  baton ${[name, argument?.name, '[options]'].filter(Boolean).join(' ')}

${renderOptions(listOptions(operation), paint)}

${paint('strong', 'Exit code')}
  ${exitCodes}
`;
}

function renderUsage({ name, argument, summary }: Operation): string {
  return `  ${['baton', name, argument?.name, '[options]'].filter(Boolean).join(' ').padEnd(commandCells)}${summary}`;
}

function renderOptions(specs: readonly OptionSpec[], paint: Paint): string {
  const groups = [...new Set(specs.map(({ group }) => group))];
  return groups
    .map((group) => [paint('strong', group), ...specs.filter((spec) => spec.group === group).map(renderOption)].join('\n'))
    .join('\n\n');
}

function renderOption({ name, short, value, help }: OptionSpec): string {
  const option = `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const [first = '', ...others] = help;
  return [`${option.padEnd(columnCells + 2)}${first}`, ...others.map((line) => `${' '.repeat(columnCells + 2)}${line}`)].join('\n');
}

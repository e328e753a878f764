import type { OptionSpec } from './option-spec';

const project = 'The project (asked for when it is missing and there is a terminal)';
const output = 'Output';

/** The options of `baton init`, in the order of the help. */
export const initOptionSpecs: readonly OptionSpec[] = [
  { group: project, name: 'job', value: '<ClassName>', help: ['what the job class is called (default: ExampleJob)'] },
  { group: project, name: 'deploy', value: '<cdk|sam|none>', help: ['what it is deployed with (default: cdk)'] },
  { group: output, name: 'yes', short: 'y', help: ['ask nothing: the defaults for all that is missing'] },
  { group: output, name: 'help', short: 'h', help: ['this text'] },
];

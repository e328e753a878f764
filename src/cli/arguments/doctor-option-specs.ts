import type { OptionSpec } from './option-spec';

const subject = 'What is looked at';
const cure = 'The cure';
const output = 'Output';

/** The options of `baton doctor`, in the order of the help. */
export const doctorOptionSpecs: readonly OptionSpec[] = [
  { group: subject, name: 'region', value: '<name>', help: ["where the function is (default: its ARN's, or the environment's)"] },
  {
    group: subject,
    name: 'bundle',
    value: '<file>',
    help: ["the job's bundle or source: it is loaded, with the function's", 'variables, to read safeMs and limits'],
  },
  { group: subject, name: 'template', value: '<file>', help: ['a template instead of a deployed function, with its code asset'] },

  { group: cure, name: 'fix', help: ['set the recursion setting to Allow, and nothing else; asks first'] },
  { group: cure, name: 'yes', short: 'y', help: ['with --fix: do not ask'] },

  { group: output, name: 'json', help: ['one JSON object on standard output'] },
  { group: output, name: 'help', short: 'h', help: ['this text'] },
];

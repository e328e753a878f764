import type { OptionSpec } from './option-spec';

const group = 'The store (default: BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, else what baton dev kept here)';

/** Where the executions are kept: options of every command that looks after them. */
export const storeOptionSpecs: readonly OptionSpec[] = [
  { group, name: 'table', value: '<name>', help: ['a DynamoDB table'] },
  { group, name: 'bucket', value: '<name>', help: ['an S3 bucket; beside --table, where large states are'] },
  { group, name: 'directory', value: '<path>', help: ['a directory'] },
];

/** The argument of commands that look after one execution. */
export const executionArgument = { name: '<id>', what: 'the id of an execution' };

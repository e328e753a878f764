/** The argument of commands that look after all executions of a job. */
export const jobArgument = { name: '<job>', what: 'the name of a job' };

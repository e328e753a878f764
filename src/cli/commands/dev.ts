import type { Command } from '../command';
import { devOptionSpecs } from '../dev/dev-options';
import { runDev } from '../dev/run-dev';

/** `baton dev`. */
export const dev: Command = {
  name: 'dev',
  argument: {
    name: '<file>',
    isOptional: true,
    what: 'the file that exports the handler',
    one: 'runs one file',
    fix: 'Leave the others out, or quote a path with blanks.',
  },
  summary: 'runs an execution to its end on a local Lambda, and shows it',
  usage: [
    ['baton dev <file> [options]', 'a bundle, or a TypeScript file (bundled with esbuild)'],
    ['baton dev --template <file> [options]', 'what a CloudFormation template deploys (cdk synth)'],
  ],
  options: devOptionSpecs,
  exitCodes:
    '0 the execution completed, 1 it did not, 2 wrong command line, 130 stopped with Ctrl-C (143 by SIGTERM, 129 by SIGHUP)',
  handlesInterruption: true,
  run: runDev,
};

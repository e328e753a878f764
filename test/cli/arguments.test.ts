import { CliError } from '../../src/cli/command';
import { parseDevOptions } from './parse-dev-options';

describe('the options of baton dev', () => {
  it('The options of baton dev have defaults', () => {
    expect(parseDevOptions(['job.ts'])).toMatchInlineSnapshot(`
{
  "architecture": "x86_64",
  "environment": {},
  "event": "{}",
  "faults": {},
  "file": "job.ts",
  "given": Set {},
  "handler": "handler",
  "hasQueue": true,
  "hasStore": true,
  "job": undefined,
  "memoryMb": 512,
  "nodePath": undefined,
  "output": "text",
  "recursiveLoop": "Allow",
  "retryDelaysMs": [
    200,
    400,
  ],
  "scalesTime": false,
  "seed": undefined,
  "skipsWaits": false,
  "template": undefined,
  "timelineFile": undefined,
  "timeoutMs": 3000,
}
`);
  });

  it.each<[string, object]>([
    ['job.ts --event {"a":1}', { event: '{"a":1}' }],
    ['job.ts --event -', { event: '-' }],
    ['--event=e.json job.ts', { event: 'e.json', file: 'job.ts' }],
    ['job.ts --timeout 900ms', { timeoutMs: 900 }],
    ['job.ts --memory 1024', { memoryMb: 1_024 }],
    ['job.ts --handler run', { handler: 'run' }],
    ['job.ts --env A=1 --env B=x=y', { environment: { A: '1', B: 'x=y' } }],
    ['job.ts --env EMPTY=', { environment: { EMPTY: '' } }],
    ['job.ts --node /opt/node', { nodePath: '/opt/node' }],
    ['job.ts --no-queue', { hasQueue: false }],
    ['job.ts --recursion terminate', { recursiveLoop: 'Terminate' }],
    ['job.ts --retry-delay 1m', { retryDelaysMs: [60_000, 120_000] }],
    ['job.ts --arch arm64', { architecture: 'arm64' }],
    [
      'job.ts --crash 0.05 --lost-reply 1 --error 0',
      { faults: { crash: 0.05, 'lost-reply': 1, 'server-error': 0 } },
    ],
    ['job.ts --seed 42', { seed: 42 }],
    ['job.ts --json', { output: 'json' }],
    ['job.ts -q', { output: 'quiet' }],
    ['job.ts --quiet --json', { output: 'json' }],
    ['-- --odd-name.ts', { file: '--odd-name.ts' }],
  ])('The options of baton dev are read from "%s"', (line, expected) => {
    expect(parseDevOptions(line.split(' '))).toMatchObject(expected);
  });

  it.each(['--help', '-h', 'job.ts --help', 'job.ts --timeout nonsense --help'])(
    'The options of baton dev give way to the help in "%s"',
    (line) => {
      expect(parseDevOptions(line.split(' '))).toBe('help');
    },
  );

  it('The options of baton dev are refused with what to do instead', () => {
    const lines = [
      '',
      'one.ts two.ts',
      'job.ts --timeuot 5s',
      'job.ts --mem 512',
      'job.ts --colour red',
      'job.ts -x',
      'job.ts --timeout',
      'job.ts --json=yes',
      'job.ts --timeout 5s --timeout 6s',
      'job.ts --timeout 5',
      'job.ts --timeout 2h',
      'job.ts --timeout 99m',
      'job.ts --retry-delay -1s',
      'job.ts --memory 64',
      'job.ts --memory 512.5',
      'job.ts --memory many',
      'job.ts --crash 5%',
      'job.ts --crash 1.5',
      'job.ts --crash=',
      'job.ts --seed -1',
      'job.ts --env NOTHING',
      'job.ts --env 1=2',
      'job.ts --recursion maybe',
      'job.ts --arch constructor',
    ];
    expect(`\n${lines.map((line) => `${line}\n${refuse(line)}`).join('\n\n')}\n`).toMatchInlineSnapshot(`
"

baton dev needs the file that exports the handler.
→ Write baton dev src/job.ts, or the path of a bundle. [2]

one.ts two.ts
baton dev runs one file, not also two.ts.
→ Leave the others out, or quote a path with blanks. [2]

job.ts --timeuot 5s
baton dev has no option --timeuot.
→ Did you mean --timeout? [2]

job.ts --mem 512
baton dev has no option --mem.
→ Did you mean --memory? [2]

job.ts --colour red
baton dev has no option --colour.
→ See baton dev --help. [2]

job.ts -x
baton dev has no option -x.
→ See baton dev --help. [2]

job.ts --timeout
--timeout needs a value.
→ Write --timeout <duration>. [2]

job.ts --json=yes
--json takes no value.
→ Write --json alone. [2]

job.ts --timeout 5s --timeout 6s
--timeout is given twice.
→ Keep one of them. [2]

job.ts --timeout 5
--timeout 5: that is not a duration.
→ Write a number and its unit: --timeout 900ms, 5s or 15m. [2]

job.ts --timeout 2h
--timeout 2h: that is not a duration.
→ Write a number and its unit: --timeout 900ms, 5s or 15m. [2]

job.ts --timeout 99m
--timeout 99m: that is out of range.
→ Choose between 100ms and 90m (AWS: 15m, on Managed Instances 90m). [2]

job.ts --retry-delay -1s
--retry-delay -1s: that is not a duration.
→ Write a number and its unit: --retry-delay 900ms, 5s or 15m. [2]

job.ts --memory 64
--memory 64: that is not a whole number from 128 to 10240.
→ Write for example --memory 512. [2]

job.ts --memory 512.5
--memory 512.5: that is not a whole number from 128 to 10240.
→ Write for example --memory 512. [2]

job.ts --memory many
--memory many: that is not a whole number from 128 to 10240.
→ Write for example --memory 512. [2]

job.ts --crash 5%
--crash 5%: that is not a number from 0 to 1.
→ Write for example --crash 0.05. [2]

job.ts --crash 1.5
--crash 1.5: that is not a number from 0 to 1.
→ Write for example --crash 0.05. [2]

job.ts --crash=
--crash : that is not a number from 0 to 1.
→ Write for example --crash 0.05. [2]

job.ts --seed -1
--seed -1: that is not a whole number from 0 to 4294967295.
→ Write for example --seed 42. [2]

job.ts --env NOTHING
--env NOTHING: that is not NAME=value.
→ Write for example --env STAGE=dev. [2]

job.ts --env 1=2
--env 1=2: that is not NAME=value.
→ Write for example --env STAGE=dev. [2]

job.ts --recursion maybe
--recursion maybe: that is no choice.
→ Write allow or terminate. [2]

job.ts --arch constructor
--arch constructor: that is no choice.
→ Write x86_64 or arm64. [2]
"
`);
  });
});

function refuse(line: string): string {
  try {
    parseDevOptions(line.split(' ').filter((word) => word !== ''));
  } catch (error) {
    if (error instanceof CliError) return `${error.message} [${error.details.exitCode}]`;
    throw error;
  }
  return 'not refused';
}

import { execFileSync } from 'node:child_process';
import { renderList, renderStatus } from '../../src/cli/commands/render-execution';
import { paintNothing, renderFailure } from '../../src/cli/view/paint';
import { escapeControls, quoteForShell, wrapText, writeCommand, writeJson } from '../../src/cli/view/text';
import type { ExecutionDescription } from '../../src/client/answers';
import { readPrinted } from './read-printed';

const hostile = 'a\u001b[2J\u009b31mb\u202Ec\nd';
const execution: ExecutionDescription = {
  ...{
    executionId: hostile,
    job: hostile,
    status: 'failed',
    invocation: 1,
    handedOffTo: null,
    phase: 'step',
    step: hostile,
  },
  ...{
    cycle: 1,
    attempt: 1,
    stepCount: 0,
    failedAttemptCount: 1,
    startedAtMs: 0,
    leaseUntilMs: 0,
    resumeAtMs: null,
  },
  ...{ isCancelRequested: false, isStuck: false, isParked: false, unitCount: 0, costUsd: 0, history: [] },
  compensation: 'failed' as const,
  compensationFailures: [
    { step: 'charge', cycle: 3, isFinished: true, error: { name: 'Error', message: `closed ${hostile}` } },
  ],
  error: { name: 'Error', message: `${'word '.repeat(60)}end ${hostile}\n→ do it` },
};

/** What a terminal would obey. */
const obeyed = /[\p{Cc}\u202E]/u;

describe('what is printed of an id, a name or an error', () => {
  it('What is printed of an id, a name or an error, shows the characters that a terminal would obey, and obeys none', () => {
    expect(escapeControls(hostile)).toBe('a\\x1b[2J\\x9b31mb\\u202ec\\x0ad');
    const lines = [
      ...renderStatus(execution, 0, paintNothing, 80),
      ...renderList([{ ...execution }], 0, paintNothing),
    ];
    for (const line of lines) expect(line).not.toMatch(obeyed);
    for (const line of renderFailure({ name: hostile, message: hostile }, paintNothing).split('\n'))
      expect(line).not.toMatch(obeyed);
  });

  it('What is printed of an id, a name or an error, shows what was not undone', () => {
    const text = renderStatus(execution, 0, paintNothing).join('\n');
    expect(text).toMatch(/undone +failed\n +charge of cycle 3 was not undone: closed a\\x1b\[2J/);
  });

  it('What is printed of an id, a name or an error, is escaped in JSON too, and is the same when it is read', () => {
    expect(writeJson({ hostile })).not.toMatch(obeyed);
    expect(JSON.parse(writeJson({ hostile }))).toEqual({ hostile });
  });

  it.each(['status', 'result', 'cancel'])(
    'What is printed of an id, a name or an error, is escaped in the error of baton %s',
    async (command) => {
      const { stderr } = await readPrinted([command, '\u001b[2Jid', '--directory', __dirname]);
      expect(stderr).toMatch(/\\(x1b|u001b)\[2Jid/);
      expect(stderr.replaceAll('\n', '')).not.toMatch(obeyed);
    },
  );

  it('What is printed of an id, a name or an error, is wrapped to the terminal, and never cut', () => {
    const lines = renderStatus(execution, 0, paintNothing, 60);
    expect(lines.join('\n')).not.toContain('…');
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain('word word end a\\x1b[2J');
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(60);
    expect(wrapText(`see ${'x'.repeat(90)} there`, 40)).toEqual(['see', 'x'.repeat(90), 'there']);
  });
});

describe('a command that is printed', () => {
  it.each([
    'payments-2026-11-23',
    'a b',
    "it's",
    '$HOME',
    '`id`',
    'a;b',
    hostile,
    "\u001b'\\",
    '日本',
    '!!',
    '*',
    '',
  ])('A command that is printed gives a shell the id as it is: %j', (id) => {
    expect(execFileSync('bash', ['-c', `printf %s ${quoteForShell(id)}`], { encoding: 'utf8' })).toBe(id);
    expect(quoteForShell(id)).not.toMatch(obeyed);
  });

  it('A command that is printed keeps an id from being taken for an option', () => {
    expect(writeCommand('baton status', '-x', ' --directory d')).toBe("baton status --directory d -- '-x'");
    expect(writeCommand('baton status', 'x y', ' --directory d')).toBe("baton status 'x y' --directory d");
  });
});

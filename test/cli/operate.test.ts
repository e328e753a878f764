import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonClient, FileCheckpointStore, type StoredExecution } from '../../src';
import { NodePlatform } from '../../src/runtime/adapters/node/node-platform';
import { parseRecord, writeRecord } from '../../src/runtime/core/record/execution-record';
import { readPrinted } from './read-printed';
import { runCounting } from './run-counting';

let directory: string;
let store: FileCheckpointStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-operate-'));
  store = new FileCheckpointStore({ directory });
});

afterEach(() => rmSync(directory, { recursive: true }));

const run = (executionId: string, input?: object, remainingMs?: number) =>
  runCounting(store, executionId, input, remainingMs);
const baton = (...args: string[]) => readPrinted([...args, '--directory', directory]);

describe('baton status', () => {
  it('baton status says how an execution stands, in words', async () => {
    await run('done');
    await run('broken', { failAt: 1 });
    await run('handed-over', {}, 900);
    const texts = [];
    for (const id of ['done', 'broken', 'handed-over']) texts.push((await baton('status', id)).stdout);
    const withoutPlaces = texts.map((text) =>
      text.replaceAll(/\n\s+at .*/g, (frame) =>
        /run-counting/.test(frame) ? '\n    at …run-counting…' : '',
      ),
    );
    expect(`\n${withoutPlaces.join('\n')}`.replaceAll(/\$[\d.]+/g, '$…')).toMatchInlineSnapshot(`
"
✔ completed  done of job counting
  started      3 h 20 min ago
  steps        2 steps done
  position     completing, cycle 3
  invocations  1
  ended        1 completed
  cost         $… at list prices
  result       {"counted":2}

✖ failed  broken of job counting
  started      3 h 20 min ago
  steps        1 step done, 1 failed attempt
  position     at count, cycle 2
  invocations  1
  ended        1 failed
  cost         $… at list prices
  error        TerminalError: no such account
    at …run-counting…

! looks stuck  handed-over of job counting
  started      3 h 20 min ago
  steps        0 steps done
  position     before the next cycle, cycle 1
  invocation   2, handed over by 1 and not begun for 3 h 20 min at least: baton redrive lets it go on
  invocations  1
  ended        1 handed-off
  cost         $… at list prices
"
`);
  });

  it('baton status tells neither input nor state', async () => {
    await run('done', { card: '4111-1111' });
    const printed = JSON.stringify([
      await baton('status', 'done'),
      await baton('status', 'done', '--json'),
      await baton('list', '--json'),
    ]);
    expect(printed).not.toMatch(/4111|do-not-tell/);
  });

  it('baton status prints the description with --json', async () => {
    await run('done');
    const { stdout, exitCode } = await baton('status', 'done', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      executionId: 'done',
      status: 'completed',
      stepCount: 2,
      result: { counted: 2 },
    });
  });

  it('baton status ends with 1 for an id that the store does not have', async () => {
    expect(await baton('status', 'nobody')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'CliError: The store has no execution nobody.\n→ Check the id and the store; baton list shows what is there.\n',
    });
  });
});

describe('baton result', () => {
  it('baton result prints the result and nothing else', async () => {
    await run('done');
    expect(await baton('result', 'done')).toEqual({
      exitCode: 0,
      stdout: '{\n  "counted": 2\n}\n',
      stderr: '',
    });
    expect(JSON.parse((await baton('result', 'done', '--json')).stdout)).toMatchObject({
      status: 'completed',
      result: { counted: 2 },
    });
  });

  it('baton result ends with 1 while there is none, and with the error when there never will be', async () => {
    await run('handed-over', {}, 900);
    await run('broken', { failAt: 0 });
    expect(await baton('result', 'handed-over')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('has not ended'),
    });
    expect(await baton('result', 'handed-over', '--json')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('"running"'),
    });
    expect(await baton('result', 'broken')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('TerminalError: no such account\n→ '),
    });
  });
});

describe('baton cancel', () => {
  it('baton cancel asks an execution to end, and says when it had ended already', async () => {
    await run('done');
    await run('handed-over', {}, 900);
    expect(await baton('cancel', 'handed-over')).toEqual({
      exitCode: 0,
      stdout:
        '! handed-over looks stuck, and ends when it is redriven\n  baton redrive handed-over --function <function>\n',
      stderr: '',
    });
    expect((await baton('status', 'handed-over')).stdout).toContain('cancel       requested');
    expect(await baton('cancel', 'done')).toEqual({
      exitCode: 1,
      stdout: '! done had ended already: it is completed\n',
      stderr: '',
    });
    expect(await baton('cancel', 'nobody')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('UnknownExecutionError'),
    });
  });
});

describe('baton list', () => {
  it('baton list lists in columns, by job, status and limit', async () => {
    await run('done');
    await run('broken-2026-11-23', { failAt: 1 });
    const { stdout } = await baton('list', '--job', 'counting');
    expect(stdout.split('\n').sort().join('\n')).toMatchInlineSnapshot(`
"
✔ completed    done               counting  #1     3 h 20 min ago
✖ failed       broken-2026-11-23  counting  #1     3 h 20 min ago"
`);
    expect((await baton('list', '--status', 'failed')).stdout).toMatch(/^✖ failed.*broken.*\n$/);
    expect(await baton('list', '--job', 'other')).toEqual({
      exitCode: 0,
      stdout: 'There is no such execution.\n',
      stderr: '',
    });
    expect(JSON.parse((await baton('list', '--json')).stdout).executions).toHaveLength(2);
  });
});

describe('baton list, in parts', () => {
  it('baton list, in parts, goes on where the one before ended', async () => {
    for (const id of ['one', 'two', 'three']) await run(id);
    const { executions } = JSON.parse((await baton('list', '--json')).stdout) as {
      executions: { executionId: string; startedAtMs: number }[];
    };
    const first = (await baton('list', '--limit', '2')).stdout.trimEnd().split('\n');
    const [, before = ''] = /^there may be more: --before (\S+)$/.exec(first[2] ?? '') ?? [];
    expect(Date.parse(before)).toBe(executions[1]?.startedAtMs);
    const rest = JSON.parse((await baton('list', '--before', before, '--json')).stdout);
    expect(rest.executions.map(({ executionId }: { executionId: string }) => executionId)).toContain(
      executions[2]?.executionId,
    );
    expect(rest.executions.length).toBeLessThan(3);
    expect((await baton('list', '--before', '2001-02-03')).stdout).toBe('There is no such execution.\n');
  });

  it('baton list, in parts, marks what looks stuck, and what is parked', async () => {
    await run('parked', {}, 900);
    const stored = await store.load('parked');
    if (stored === undefined) throw new Error('nothing stored');
    const { checksum } = new NodePlatform();
    const record = parseRecord(stored.head, checksum);
    await store.save(
      { ...stored, head: writeRecord({ ...record, isParked: true }, checksum) },
      stored.revision,
    );
    const stuck = writeRecord({ ...record, handedOffTo: null, leaseUntilMs: 0 }, checksum);
    await store.save({ ...stored, executionId: 'stuck', startedAtMs: 0, head: stuck }, undefined);
    expect((await baton('list')).stdout).toMatch(/^! parked {7}parked .*\n! looks stuck {2}stuck .*\n$/);
    expect(JSON.parse((await baton('list', '--json')).stdout).executions).toMatchObject([
      { executionId: 'parked', isParked: true, isStuck: false },
      { executionId: 'stuck', isParked: false, isStuck: true },
    ]);
  });
});

describe('baton start and redrive', () => {
  const sent: { path: string; event: unknown }[] = [];
  let server: Server;
  const saved = { ...process.env };

  beforeEach(async () => {
    sent.length = 0;
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      sent.push({ path: request.url ?? '', event: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(202).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.AWS_ENDPOINT_URL_LAMBDA = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
    for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  });

  it('baton start and redrive send the start once for each id', async () => {
    const args = ['start', 'count', '--event', '{"a":1}', '--id', 'one'];
    expect(await baton(...args)).toEqual({
      exitCode: 0,
      stdout: '✔ one was sent to count\n  baton status one\n',
      stderr: '',
    });
    await run('one', { a: 1 });
    expect((await baton(...args)).stdout).toMatch(
      /^· it was there already, and nothing was started\n✔ completed {2}one of job counting\n/,
    );
    expect(await baton('start', 'count', '--event', '{"a":2}', '--id', 'one')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^ExecutionConflictError: .*with another input\.\n→ /),
    });
    expect(JSON.parse((await baton('start', 'count', '--json')).stdout)).toMatchObject({ isNew: true });
    expect(sent[0]).toEqual({
      path: '/2015-03-31/functions/count/invocations',
      event: { lambdaBaton: { v: 1, start: { executionId: 'one', input: { a: 1 } } } },
    });
    expect(sent).toHaveLength(2);
  });

  it('baton start and redrive let a failed execution go on, and refuse one that has completed', async () => {
    await run('broken', { failAt: 1 });
    await run('done');
    expect(await baton('redrive', 'broken', '--function', 'count:live')).toEqual({
      exitCode: 0,
      stdout: '✔ broken goes on in invocation 2\n  baton status broken\n',
      stderr: '',
    });
    expect(sent).toMatchObject([
      {
        path: '/2015-03-31/functions/count%3Alive/invocations',
        event: { lambdaBaton: { v: 1, look: { executionId: 'broken' } } },
      },
    ]);
    expect(await new BatonClient({ store }).status('broken')).toMatchObject({
      status: 'running',
      handedOffTo: 2,
    });
    expect(await baton('redrive', 'done', '--function', 'count')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('RedriveRefusedError'),
    });
    expect(await baton('redrive', 'broken')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--function'),
    });
  });
});

describe('baton sweep', () => {
  it('baton sweep says with --dry-run what it would send on, and does not', async () => {
    await run('done');
    await run('handed-over', {}, 900);
    const sweep = (...args: string[]) => baton('sweep', '--function', 'count', '--dry-run', ...args);
    expect(await sweep()).toEqual({
      exitCode: 0,
      stdout: '✔ handed-over would go on in invocation 2\n',
      stderr: '',
    });
    expect(await sweep('--grace', '1000m')).toEqual({
      exitCode: 0,
      stdout: 'nothing to sweep\n',
      stderr: '',
    });
    expect(JSON.parse((await sweep('--json', '--job', 'another')).stdout)).toEqual({
      swept: [],
      failed: [],
      parkedIds: [],
      hasMore: false,
    });
  });

  it('baton sweep needs the function, and a grace that makes sense', async () => {
    expect(await baton('sweep')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('baton sweep needs the function'),
    });
    expect(await baton('sweep', '--function', 'count', '--grace', '1s')).toMatchObject({ exitCode: 2 });
  });
});

describe('baton stop and resume', () => {
  it('baton stop and resume ask all executions of a job to end, leave what has ended, and refuse new ones until the resume', async () => {
    await run('done');
    await run('handed-over', {}, 900);
    expect(await baton('stop', 'counting', '--reason', 'the ledger is wrong')).toEqual({
      exitCode: 0,
      stdout:
        '✔ counting is stopped: new executions are refused until baton resume counting\n' +
        '  1 execution will end, at the next safe point or when its next invocation begins\n',
      stderr: '',
    });
    expect((await baton('status', 'handed-over')).stdout).toContain('cancel       requested');
    await run('late');
    expect(await baton('status', 'late')).toMatchObject({ exitCode: 1 });
    expect(await baton('start', 'count', '--job', 'counting')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^JobStoppedError: .*\(the ledger is wrong\)\.\n→ When it may go on: baton resume counting/,
      ),
    });
    expect((await baton('resume', 'counting')).stdout).toBe(
      '✔ counting starts executions again; those that were asked to end still do\n',
    );
    expect((await baton('resume', 'counting')).stdout).toBe('· counting was not stopped\n');
    await run('late');
    expect(await baton('status', 'late')).toMatchObject({ exitCode: 0 });
  });

  it('baton stop and resume print what became of them with --json', async () => {
    await run('handed-over', {}, 900);
    const stopped = JSON.parse((await baton('stop', 'counting', '--reason', 'why', '--json')).stdout);
    expect(stopped).toEqual({
      job: 'counting',
      stoppedAtMs: expect.any(Number),
      reason: 'why',
      executionIds: ['handed-over'],
      failed: [],
      hasMore: false,
    });
    expect(Math.abs(Date.now() - stopped.stoppedAtMs)).toBeLessThan(60_000);
    expect(JSON.parse((await baton('resume', 'counting', '--json')).stdout)).toEqual({
      job: 'counting',
      wasStopped: true,
    });
  });

  it('baton stop and resume doubt the name of a job of which the store has nothing', async () => {
    await run('done');
    expect((await baton('stop', 'countign')).stdout).toContain(
      '! the store has no execution of countign: check the name\n',
    );
    expect((await baton('stop', 'counting')).stdout).not.toContain('check the name');
  });

  it('baton stop and resume say of a list and of an execution that the job is stopped', async () => {
    await run('done');
    const isStopped =
      /^! job counting was stopped [\d.]+ m?s ago: the ledger is wrong \(baton resume counting\)\n✔ completed/;
    await baton('stop', 'counting', '--reason', 'the ledger is wrong');
    for (const args of [['list'], ['list', '--job', 'counting'], ['status', 'done']]) {
      expect((await baton(...args)).stdout).toMatch(isStopped);
    }
    expect((await baton('list', '--job', 'counting', '--status', 'failed')).stdout).toMatch(
      /^! job counting was stopped .*\nThere is no such execution\.\n$/,
    );
    const stop = { job: 'counting', stoppedAtMs: expect.any(Number), reason: 'the ledger is wrong' };
    expect(JSON.parse((await baton('list', '--json')).stdout)).toMatchObject({
      executions: [{ executionId: 'done' }],
      stopped: [stop],
    });
    expect(JSON.parse((await baton('status', 'done', '--json')).stdout)).toMatchObject({
      executionId: 'done',
      stop,
    });
    await baton('resume', 'counting');
    expect(JSON.parse((await baton('list', '--json')).stdout)).toMatchObject({ stopped: [] });
    expect(JSON.parse((await baton('status', 'done', '--json')).stdout)).not.toHaveProperty('stop');
  });

  it('baton stop and resume say of a damaged mark that it stops the job, and show the rest', async () => {
    await run('done');
    await baton('stop', 'counting');
    const { revision, ...mark } = (await store.load('lambda-baton:stop:counting')) ?? {
      revision: '',
      head: '',
    };
    await store.save({ ...mark, head: `x${mark.head}` } as StoredExecution, revision);
    expect((await baton('list')).stdout).toMatch(
      /^! job counting is stopped: its stop mark is damaged \(baton resume counting\)\n✔ completed .*\n$/,
    );
  });
});

describe('the commands that look after executions', () => {
  it.each(['start', 'status', 'result', 'cancel', 'redrive', 'list', 'sweep', 'stop', 'resume'])(
    'The commands that look after executions explain themselves: baton %s --help',
    async (name) => {
      const { stdout, exitCode, stderr } = await readPrinted([name, '--help']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(
        new RegExp(
          `^baton ${name} [^]*\n\nUsage\n {2}baton ${name} [^]*--table <name>[^]*Exit code\n {2}0\\b`,
        ),
      );
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
      expect((await readPrinted(['--help'])).stdout).toContain(`baton ${name} `);
    },
  );

  it.each([
    [['status'], 'baton status needs the id of an execution.'],
    [['status', 'a', 'b'], 'baton status takes one <id>, not also b.'],
    [['start'], 'baton start needs the function: its name or ARN.'],
    [['list', 'a'], 'baton list takes no a: only options.'],
    [['list', '--limit', '0'], '--limit 0: that is not a whole number from 1 to 1000.'],
    [['list', '--before', 'yesterday'], '--before yesterday: that is no time.'],
    [['list', '--before', '2026-13-01'], '--before 2026-13-01: that is no time.'],
    [['stop'], 'baton stop needs the name of a job.'],
    [['list', '--status', 'dead'], '--status dead: that is no choice.'],
    [['list', '--tabel', 'x'], 'baton list has no option --tabel.\n→ Did you mean --table?'],
    [['list', '--directory', '/nowhere/at/all'], 'There is no directory /nowhere/at/all.'],
    [['list', '--directory', 'a', '--table', 'b'], 'A directory and a table or bucket are both given.'],
    [['list'], 'baton list needs to know where executions are kept'],
    [['lits'], 'baton has no command lits.\n→ Did you mean baton list?'],
  ])('The commands that look after executions refuse %p with 2', async (args, problem) => {
    const { exitCode, stdout, stderr } = await readPrinted(
      args[0] === 'list' || args[0] === 'lits' ? args : [...args, '--directory', directory],
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toContain('\n→ ');
  });

  it('The commands that look after executions find the store in the environment, and the option wins', async () => {
    await run('done');
    const environment = { BATON_DIRECTORY: directory };
    expect((await readPrinted(['list'], { environment })).stdout).toContain('done');
    const empty = mkdtempSync(join(tmpdir(), 'baton-operate-'));
    expect((await readPrinted(['list', '--directory', empty], { environment })).stdout).toBe(
      'There is no such execution.\n',
    );
    rmSync(empty, { recursive: true });
  });
});

describe('baton signal', () => {
  it('baton signal keeps a signal once for each id, and refuses one for nobody', async () => {
    await run('handed-over', {}, 900);
    const signal = (...args: string[]) => baton('signal', ...args);
    expect(await signal('handed-over', 'approved', '--payload', '{"by":"Ann"}', '--id', 's-1')).toEqual({
      exitCode: 0,
      stdout: '✔ handed-over has approved (s-1)\n',
      stderr: '',
    });
    expect(JSON.parse((await signal('handed-over', 'approved', '--id', 's-1', '--json')).stdout)).toEqual({
      executionId: 'handed-over',
      name: 'approved',
      kind: 'repeated',
      signalId: 's-1',
    });
    expect(await signal('nobody', 'approved')).toMatchObject({ exitCode: 1 });
    expect(await signal('handed-over')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('baton signal needs the name of a signal.'),
    });
    expect(await signal('handed-over', 'a', 'b')).toMatchObject({ exitCode: 2 });
  });
});

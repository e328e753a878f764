import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readEvent } from '../../src/cli/arguments/read-values';
import { readTemplate } from '../../src/cli/template/template';
import { FileCheckpointStore } from '../../src/runtime/adapters/store/checkpoint-stores';

const directory = mkdtempSync(join(tmpdir(), 'baton-encoding-'));
afterAll(() => rmSync(directory, { recursive: true }));

function place(bytes: string | Uint8Array): string {
  const file = join(directory, 'input.json');
  writeFileSync(file, bytes);
  return file;
}

const wide = Buffer.from('\ufeff{"from":1}', 'utf16le');
const nothing = Readable.from([]);

describe('a byte-order mark', () => {
  it('A byte-order mark is no part of an event: in a file, on standard input, on the command line', async () => {
    const marked = '\ufeff{"from":1}';
    expect(await readEvent(place(marked), nothing)).toEqual({ from: 1 });
    expect(await readEvent('-', Readable.from([Buffer.from(marked)]))).toEqual({ from: 1 });
    expect(await readEvent(marked, nothing)).toEqual({ from: 1 });
  });

  it('A byte-order mark is no part of a template', () => {
    expect(readTemplate(place('\ufeff{"Resources":{}}')).resources.size).toBe(0);
  });

  it('A byte-order mark is no part of a record in a file', async () => {
    const store = new FileCheckpointStore({ directory: join(directory, 'store') });
    const execution = {
      executionId: 'a',
      job: 'j',
      status: 'running' as const,
      startedAtMs: 1,
      expiresAtMs: 9e12,
      head: 'head',
      state: '',
    };
    await store.save(execution, undefined);
    const { readdirSync, readFileSync } = await import('node:fs');
    const [folder = ''] = readdirSync(join(directory, 'store'));
    const file = join(directory, 'store', folder, '1.json');
    writeFileSync(file, `\ufeff${readFileSync(file, 'utf8')}`);
    expect(await store.load('a')).toMatchObject(execution);
  });
});

describe('UTF-16', () => {
  it.each<[string, Uint8Array]>([
    ['with a mark', wide],
    ['with its mark the other way round', Buffer.from(wide).swap16()],
    ['without a mark', wide.subarray(2)],
  ])('UTF-16 is refused as an encoding, %s', async (_what, bytes) => {
    const refusal = {
      code: 'LOCAL_LAMBDA',
      message: expect.stringContaining('is not encoded in UTF-8: it is UTF-16'),
    };
    await expect(readEvent(place(bytes), nothing)).rejects.toMatchObject(refusal);
    await expect(readEvent('-', Readable.from([bytes]))).rejects.toMatchObject(refusal);
    expect(() => readTemplate(place(bytes))).toThrow('The template');
    expect(() => readTemplate(place(bytes))).toThrow('it is UTF-16');
  });

  it('UTF-16 is not what any other encoding is called', async () => {
    await expect(readEvent(place(Buffer.from('{"a":"\xe9"}', 'latin1')), nothing)).rejects.toThrow(
      /is not encoded in UTF-8\.\n/,
    );
  });
});

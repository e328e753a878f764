import { MemoryCheckpointStore } from 'lambda-baton';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { FILES, type Files, type ListedFile, partBytes } from './files';
import { MoveFiles } from './job';

/** Two places in memory. A file is its name: whoever deletes one that is not in the other place loses it. */
class MemoryFiles implements Files {
  readonly source = new Map<string, number>();
  readonly target = new Map<string, number>();
  readonly lost: string[] = [];
  readonly uploads = new Map<string, number>();

  fill(): void {
    for (const map of [this.source, this.target, this.uploads]) map.clear();
    for (let number = 0; number < 20; number++) this.source.set(`in/${number}`, number);
    this.source.set('in/large', 2.5 * partBytes);
  }

  async list(prefix: string, after: string): Promise<ListedFile[]> {
    return [...this.source]
      .filter(([key]) => key.startsWith(prefix) && key > after)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .slice(0, 12)
      .map(([key, bytes]) => ({ key, bytes, etag: '' }));
  }

  async move({ key, bytes }: ListedFile): Promise<void> {
    if (!this.source.has(key) && !this.target.has(key)) this.lost.push(key);
    if (bytes <= partBytes) this.target.set(key, bytes);
    if (this.target.get(key) !== bytes) throw new Error('The copy is not the same.');
    this.source.delete(key);
  }

  async beginUpload({ key }: ListedFile) {
    const id = `${key}-${this.uploads.size}`;
    this.uploads.set(id, 0);
    return { id, parts: [] };
  }

  async copyNextPart({ bytes }: ListedFile, upload: { id: string; parts: string[] }) {
    const left = bytes - upload.parts.length * partBytes;
    if (left <= 0) return false;
    upload.parts.push(String(Math.min(left, partBytes)));
    return true;
  }

  async finishUpload({ key }: ListedFile, { id, parts }: { id: string; parts: string[] }) {
    if (!this.uploads.delete(id)) return;
    this.target.set(
      key,
      parts.reduce((sum, bytes) => sum + Number(bytes), 0),
    );
  }
}

function createWorld() {
  const files = new MemoryFiles();
  const env = JobTestEnvironment.create(MoveFiles, {
    input: { prefix: 'in/' },
    store: () => new MemoryCheckpointStore(),
    beforeRun: () => files.fill(),
    providers: [{ token: FILES, useValue: files }],
  });
  return { env, files };
}

it('MoveFiles moves every file, the large ones in parts, also when it is handed over at every safe point', async () => {
  const { env, files } = createWorld();
  const run = await env.run({ handOffAfterEveryStep: true });
  expect(run.result).toEqual({ files: 21, bytes: 190 + 2.5 * partBytes });
  expect({ left: files.source.size, moved: files.target.size, lost: files.lost }).toEqual({
    left: 0,
    moved: 21,
    lost: [],
  });
  expect(files.uploads.size).toBe(0);
});

it('MoveFiles loses no file wherever an invocation is killed, comes twice, times out or gets no answer', async () => {
  const { env, files } = createWorld();
  const compare = () => ({ left: files.source.size, moved: [...files.target].sort(), lost: files.lost });
  expect((await env.explore({ compare })).deviations).toEqual([]);
});

it('MoveFiles does nothing when it is started again', async () => {
  const { env, files } = createWorld();
  files.fill = () => files.source.clear();
  expect((await env.run()).result).toEqual({ files: 0, bytes: 0 });
});

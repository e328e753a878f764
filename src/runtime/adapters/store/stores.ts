import type { CheckpointStore } from '../../ports';
import { loadDynamoDbSdk, loadS3Sdk } from '../aws/clients';
import { LazyStore, loadStore } from './checkpoint-stores';

/** What names the place of executions: an option of the command line and of the construct. */
export type StoreOption = 'bucket' | 'directory' | 'table';

/** Names of places, as options or variables give them. */
export type StoreNames = { readonly [Option in StoreOption]?: string | undefined };

/** Where executions are kept. Beside a table, a bucket has room for large states. */
export type StoreSettings = StoreNames & { readonly kind: StoreOption };

/** One kind of store: how it is named, what it takes, how it is opened. */
interface StoreKind {
  /** The environment variable that names it. */
  readonly variable: string;
  readonly option: StoreOption;
  /** What it is, for people. */
  readonly what: string;
  /** Whether it is there for every environment of a function, and not for one machine alone. */
  readonly isShared: boolean;
  /** The IAM actions on it, and on what is in it. */
  readonly permissions: { readonly own: readonly string[]; readonly contents: readonly string[] };
  open(settings: StoreSettings): Promise<CheckpointStore>;
  /** Loads its code and its SDK. */
  load(): Promise<unknown>;
}

/** Every store that can be named. The first one that is named is used; a bucket beside a table is for large states. */
export const stores: readonly StoreKind[] = [
  {
    variable: 'BATON_TABLE',
    option: 'table',
    what: 'a DynamoDB table',
    isShared: true,
    permissions: {
      own: ['GetItem', 'PutItem', 'BatchGetItem', 'BatchWriteItem', 'Query'].map(
        (name) => `dynamodb:${name}`,
      ),
      contents: [],
    },
    open: async ({ table = '', bucket }) =>
      new (await loadStore.table())({ tableName: table, ...(bucket && { bucket }) }),
    load: () => Promise.all([loadStore.table(), loadDynamoDbSdk()]),
  },
  {
    variable: 'BATON_BUCKET',
    option: 'bucket',
    what: 'an S3 bucket; beside --table, where large states are',
    isShared: true,
    // Without s3:ListBucket S3 answers 403 for an object that is not there, and a new execution could not be told from a forbidden one.
    permissions: { own: ['s3:ListBucket'], contents: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'] },
    open: async ({ bucket = '' }) => new (await loadStore.bucket())({ bucket }),
    load: () => Promise.all([loadStore.bucket(), loadS3Sdk()]),
  },
  {
    variable: 'BATON_DIRECTORY',
    option: 'directory',
    what: 'a directory',
    isShared: false,
    permissions: { own: [], contents: [] },
    open: async ({ directory = '' }) => new (await loadStore.directory())({ directory }),
    load: loadStore.directory,
  },
];

const list = (names: readonly string[], last: string) =>
  `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
const variablesOf = (kinds: readonly StoreKind[]) =>
  list(
    kinds.map(({ variable }) => variable),
    'or',
  );

/** `BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY`. */
export const storeVariables: string = variablesOf(stores);
/** Those of the stores that all environments of a function share. */
export const sharedStoreVariables: string = variablesOf(stores.filter(({ isShared }) => isShared));

/** The names that the environment gives. */
export function readStoreNames(environment: Readonly<Record<string, string | undefined>>): StoreNames {
  return Object.fromEntries(stores.map(({ option, variable }) => [option, environment[variable]]));
}

/** The store that is named; undefined when none is. */
export function chooseStore(names: StoreNames): StoreSettings | undefined {
  const kind = stores.find(({ option }) => names[option])?.option;
  if (kind === undefined) return undefined;
  const given = Object.entries(names).filter(([, name]) => name);
  return { kind, ...(Object.fromEntries(given) as StoreNames) };
}

/** The stores that are named beside a directory, where executions are kept in one place. */
export function findStoreConflicts(names: StoreNames): readonly StoreKind[] {
  return names.directory ? stores.filter(({ option, isShared }) => isShared && names[option]) : [];
}

/** Makes the store that is named. Its code, and its AWS client, are loaded with the first call. */
export function createStore(settings: StoreSettings): CheckpointStore {
  return new LazyStore(async () => findKind(settings).open(settings));
}

/** Begins to load the store's code and its SDK, so that the first claim need not wait for them. What fails is met again by that claim. */
export function preloadStore(settings: StoreSettings): void {
  findKind(settings)
    .load()
    .catch(() => {});
}

function findKind(settings: StoreSettings): StoreKind {
  const kind = stores.find(({ option }) => option === settings.kind);
  if (kind === undefined) throw new Error(`There is no store of the kind ${settings.kind}.`);
  return kind;
}

import type { AttributeValue, BatchWriteItemCommandOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import { CheckpointStoreError } from '../../../errors/execution-errors';
import { explainFailure } from '../aws/aws-failures';
import { loadDynamoDbSdk } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';

/** An item as DynamoDB speaks of it. */
export type Item = Record<string, AttributeValue>;

/** One page of a query or a scan. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly next: Item | undefined;
}

/** Most items of one batch, as DynamoDB has them. */
const maxWritten = 25;
const maxRead = 100;
/** Pause before what was left of a batch is sent again, in milliseconds; doubled before each further time. */
const firstPauseMs = 50;
const maxTries = 7;

type CommandName = 'GetItemCommand' | 'PutItemCommand' | 'QueryCommand' | 'ScanCommand';

/** One table and the calls that are made to it. What is missing or forbidden is said with its fix. */
export class DynamoDbTable {
  readonly name: string;
  readonly #client: CommandSender;

  constructor(name: string, client: CommandSender) {
    this.name = name;
    this.#client = client;
  }

  /** One call about this table. */
  // biome-ignore lint/suspicious/noExplicitAny: the answer has the type of the command
  call(command: CommandName, input: object): Promise<any> {
    return this.#send(command, { TableName: this.name, ...input });
  }

  /** Every page of a query or a scan, in order, with the key that the next one begins behind. `from` is such a key. */
  async *readPages(
    command: 'QueryCommand' | 'ScanCommand',
    input: object,
    from?: Item,
  ): AsyncGenerator<ItemPage> {
    let next = from;
    do {
      const page = await this.call(command, { ...input, ...(next && { ExclusiveStartKey: next }) });
      next = page.LastEvaluatedKey;
      yield { items: page.Items ?? [], next };
    } while (next !== undefined);
  }

  /** Writes and deletes, in batches. What DynamoDB leaves of a batch is sent again. */
  async write(requests: readonly WriteRequest[]): Promise<void> {
    for (let start = 0; start < requests.length; start += maxWritten) {
      let left: WriteRequest[] = requests.slice(start, start + maxWritten);
      await this.#untilNothingIsLeft(async () => {
        const input = { RequestItems: { [this.name]: left } };
        const answer: BatchWriteItemCommandOutput = await this.#send('BatchWriteItemCommand', input);
        left = answer.UnprocessedItems?.[this.name] ?? [];
        return left.length;
      });
    }
  }

  /** Reads items by their keys, strongly consistent, in no order. Those that are not there are left out. */
  async read(keys: readonly Item[], projection: object = {}): Promise<Item[]> {
    const items: Item[] = [];
    for (let start = 0; start < keys.length; start += maxRead) {
      let left: Item[] = keys.slice(start, start + maxRead);
      await this.#untilNothingIsLeft(async () => {
        const input = { RequestItems: { [this.name]: { Keys: left, ConsistentRead: true, ...projection } } };
        const answer = await this.#send('BatchGetItemCommand', input);
        const found: Item[] = answer.Responses?.[this.name] ?? [];
        items.push(...found);
        left = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
        // What did not fit the answer is no failure.
        return found.length > 0 ? -left.length : left.length;
      });
    }
    return items;
  }

  async #send(
    command: 'BatchGetItemCommand' | 'BatchWriteItemCommand' | CommandName,
    input: object,
    // biome-ignore lint/suspicious/noExplicitAny: the answer has the type of the command
  ): Promise<any> {
    const sdk = await loadDynamoDbSdk();
    try {
      return await this.#client.send(new (sdk[command] as new (input: object) => unknown)(input));
    } catch (error) {
      throw explainFailure({ store: 'DynamoDB table', place: this.name, missingFix, refusedFix }, error);
    }
  }

  /** Calls until nothing is left; negative: something is left, but it goes on without a pause. */
  async #untilNothingIsLeft(call: () => Promise<number>): Promise<void> {
    let pauseMs = firstPauseMs;
    for (let tries = 1; ; ) {
      const leftCount = await call();
      if (leftCount === 0) return;
      if (leftCount < 0) continue;
      if (tries === maxTries) throw this.#giveUp(leftCount);
      await pause(pauseMs);
      pauseMs *= 2;
      tries += 1;
    }
  }

  #giveUp(leftCount: number): CheckpointStoreError {
    return new CheckpointStoreError({
      problem: `DynamoDB table ${this.name} left ${leftCount} items of a batch undone ${maxTries} times: it is throttled.`,
      fix: 'Give the table on-demand capacity, or more of it; look at its throttling metrics for a hot partition.',
      details: { store: 'DynamoDB table', place: this.name, failure: 'incomplete' },
    });
  }
}

const missingFix =
  'Create it with partition key pk and sort key sk, both strings, and time to live on expiresAt; or correct its name (BATON_TABLE, tableName) or the region.';
const refusedFix =
  'Check that pk and sk are strings, and grant dynamodb:GetItem, PutItem, BatchGetItem, BatchWriteItem, Query and Scan on it and its indexes.';

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

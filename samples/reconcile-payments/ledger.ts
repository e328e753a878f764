import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { TerminalError } from 'lambda-baton';

/** A payment as we have it. */
export interface LedgerEntry {
  /** What the customer owes. */
  readonly amountCents: number;
  /** Whether we know that it is paid. */
  readonly isSettled: boolean;
}

/** Our own books. */
export interface Ledger {
  /** What we have of each payment, in their order. */
  read(payments: readonly { readonly id: string }[], signal: AbortSignal): Promise<LedgerEntry[]>;
  /** Writes that it is paid. Writing it again changes nothing. */
  settle(id: string, amountCents: number, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Ledger}. */
export const LEDGER = Symbol('LEDGER');

/** Payments in a DynamoDB table: `id`, `amountCents`, `status` (`pending`, `failed` or `paid`), `paidCents`. */
export class DynamoDbLedger implements Ledger {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  static fromEnvironment({ PAYMENTS_TABLE = '' } = process.env): DynamoDbLedger {
    return new DynamoDbLedger(new DynamoDBClient(), PAYMENTS_TABLE);
  }

  read(payments: readonly { readonly id: string }[], signal: AbortSignal): Promise<LedgerEntry[]> {
    return Promise.all(payments.map(({ id }) => this.readOne(id, signal)));
  }

  async settle(id: string, amountCents: number, abortSignal: AbortSignal): Promise<void> {
    const request = new UpdateItemCommand({
      TableName: this.table,
      Key: { id: { S: id } },
      UpdateExpression: 'SET #status = :paid, paidCents = :cents',
      ConditionExpression: 'amountCents = :cents',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':paid': { S: 'paid' }, ':cents': { N: String(amountCents) } },
    });
    await this.client.send(request, { abortSignal });
  }

  private async readOne(id: string, abortSignal: AbortSignal): Promise<LedgerEntry> {
    const request = { TableName: this.table, Key: { id: { S: id } }, ConsistentRead: true };
    const { Item } = await this.client.send(new GetItemCommand(request), { abortSignal });
    if (Item === undefined) throw new TerminalError(`The provider knows payment ${id}, and we do not.`);
    return { amountCents: Number(Item.amountCents?.N), isSettled: Item.status?.S === 'paid' };
  }
}

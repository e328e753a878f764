import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';

/** What was used on a day. */
export interface Reading {
  readonly day: string;
  readonly units: number;
}

/** Readings, and the invoices that are made of them. */
export interface Meters {
  /** A page of a month's readings, after a day. `next` is null on the last page. */
  read(
    tenant: string,
    month: string,
    after: string,
    signal: AbortSignal,
  ): Promise<{ readings: Reading[]; next: string | null }>;
  /** Writes an invoice; writing it again changes nothing. */
  writeInvoice(tenant: string, month: string, units: number, signal: AbortSignal): Promise<void>;
}

/** The token of the {@link Meters}. */
export const METERS = Symbol('METERS');

const pageSize = 10;

/** Tables `readings` (`tenant`, `day`, `units`) and `invoices` (`id`, `units`). */
export class DynamoDbMeters implements Meters {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly readings: string,
    private readonly invoices: string,
  ) {}

  static fromEnvironment({ READINGS_TABLE = '', INVOICES_TABLE = '' } = process.env): DynamoDbMeters {
    return new DynamoDbMeters(new DynamoDBClient(), READINGS_TABLE, INVOICES_TABLE);
  }

  async read(tenant: string, month: string, after: string, abortSignal: AbortSignal) {
    const query = new QueryCommand({
      TableName: this.readings,
      KeyConditionExpression: 'tenant = :tenant AND #day BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: {
        ':tenant': { S: tenant },
        ':from': { S: after === '' ? month : `${after}!` },
        ':to': { S: `${month}-99` },
      },
      Limit: pageSize,
    });
    const { Items = [], LastEvaluatedKey } = await this.client.send(query, { abortSignal });
    const readings = Items.map(({ day, units }) => ({ day: day?.S ?? '', units: Number(units?.N) }));
    return { readings, next: LastEvaluatedKey === undefined ? null : (readings.at(-1)?.day ?? null) };
  }

  async writeInvoice(tenant: string, month: string, units: number, abortSignal: AbortSignal) {
    const Item = { id: { S: `${tenant} ${month}` }, units: { N: String(units) } };
    await this.client.send(new PutItemCommand({ TableName: this.invoices, Item }), { abortSignal });
  }
}

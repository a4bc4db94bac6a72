// The two clients behind one face: what a person does on a phone, and what the phone holds.

import { appSchema, Database, Model, type TableSchema, tableSchema } from '@nozbe/watermelondb'
import LokiJSAdapter from '@nozbe/watermelondb/adapters/lokijs'
import { hasUnsyncedChanges } from '@nozbe/watermelondb/sync'
import { setGenerator } from '@nozbe/watermelondb/utils/common/randomId'
import { addRxPlugin, createRxDatabase, type RxCollection, type RxDatabase } from 'rxdb/plugins/core'
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory'
import type { Attention, Farm, Row } from '../../../../../examples/sync/farm'
import { conflictHandlerOf, type Doc, RxdbFarm } from '../../../../../examples/sync/rxdb'
import { WatermelonFarm } from '../../../../../examples/sync/watermelon'

export type Fields = Record<string, string | number | boolean | null | object>
export const newId = (): string => Bun.randomUUIDv7()

type Kind = 'string' | 'number' | 'boolean'
/** Columns of each table; what is an object is JSON text in WatermelonDB. */
const TABLES: Record<string, Record<string, Kind>> = {
  groups: { name: 'string', type: 'string', purpose: 'string', drop_year: 'number' },
  animals: {
    flock_id: 'string',
    tag: 'string',
    sex: 'string',
    birth_date: 'string',
    birth_type: 'number',
    rear_type: 'number',
    birth_group: 'string',
    fate: 'string',
    merged_into: 'string',
  },
  identifiers: { animal_id: 'string', kind: 'string', value: 'string', state: 'string' },
  events: { kind: 'string', animal_id: 'string', occurred_on: 'string', payload: 'string', supersedes: 'string' },
  measurements: { animal_id: 'string', trait: 'string', value: 'number', occurred_on: 'string', state: 'string' },
}
export const NAMES = Object.keys(TABLES)
const NESTED = new Set(['payload'])

export interface Phone {
  readonly name: string
  readonly attention: Attention
  sync(): Promise<void>
  create(table: string, id: string, fields: Fields): Promise<void>
  edit(table: string, id: string, fields: Fields): Promise<boolean>
  remove(table: string, id: string): Promise<boolean>
  rows(table: string): Promise<Map<string, Fields>>
  unsent(): Promise<number>
  close(): Promise<void>
}

function seen(table: string, raw: Record<string, unknown>): Fields {
  const found: Fields = {}
  for (const name of ['rev', ...Object.keys(TABLES[table]!)]) {
    const value = raw[name] ?? null
    found[name] = NESTED.has(name) && typeof value === 'string' ? JSON.parse(value) : (value as string)
  }
  return found
}

export async function watermelonPhone(name: string, farm: Farm): Promise<Phone> {
  setGenerator(newId)
  const schema = appSchema({
    version: 1,
    tables: Object.entries(TABLES).map(([table, columns]) =>
      tableSchema({
        name: table,
        columns: Object.entries({ rev: 'number' as Kind, ...columns }).map(([column, type]) => ({
          name: column,
          type,
          isOptional: true,
        })),
      }),
    ) as TableSchema[],
  })
  const classes = NAMES.map(
    (table) =>
      class extends Model {
        static override table = table
      },
  )
  const adapter = new LokiJSAdapter({ schema, dbName: name + newId(), useWebWorker: false, useIncrementalIndexedDB: false, extraLokiOptions: { autosave: false } } as never)
  const database = new Database({ adapter, modelClasses: classes as never })
  const synced = new WatermelonFarm(farm, database, NAMES)
  const find = async (table: string, id: string) => (await database.get(table).query().fetch()).find((row) => row.id === id)
  const set = (record: Model, fields: Fields) => {
    for (const [column, value] of Object.entries(fields)) {
      record._setRaw(column as never, (NESTED.has(column) ? JSON.stringify(value) : value) as never)
    }
  }
  return {
    name,
    attention: synced.attention,
    sync: () => synced.sync(),
    create: async (table, id, fields) => {
      await database.write(() =>
        database.get(table).create((record) => {
          record._raw.id = id
          set(record, fields)
        }),
      )
    },
    edit: async (table, id, fields) => {
      const record = await find(table, id)
      if (record) await database.write(() => record.update(() => set(record, fields)))
      return Boolean(record)
    },
    remove: async (table, id) => {
      const record = await find(table, id)
      if (record) await database.write(() => record.markAsDeleted())
      return Boolean(record)
    },
    rows: async (table) => {
      const records = await database.get(table).query().fetch()
      return new Map(records.map((record) => [record.id, seen(table, record._raw as never)]))
    },
    unsent: async () => ((await hasUnsyncedChanges({ database })) ? 1 : 0),
    close: async () => {},
  }
}

export async function rxdbPhone(name: string, farm: Farm): Promise<Phone> {
  const database: RxDatabase = await createRxDatabase({ name: name + newId(), storage: getRxStorageMemory(), multiInstance: false })
  const collections = (await database.addCollections(
    Object.fromEntries(
      NAMES.map((table) => [
        table,
        {
          conflictHandler: conflictHandlerOf(table),
          schema: {
            version: 0,
            primaryKey: 'id',
            type: 'object',
            properties: { id: { type: 'string', maxLength: 36 }, rev: { type: 'number' } },
            additionalProperties: true,
          } as never,
        },
      ]),
    ),
  )) as Record<string, RxCollection<Doc>>
  const synced = new RxdbFarm(farm, collections)
  const find = (table: string, id: string) => collections[table]!.findOne(id).exec()
  return {
    name,
    attention: synced.attention,
    sync: () => synced.sync(),
    create: async (table, id, fields) => {
      await collections[table]!.insert({ id, ...fields } as Row)
    },
    edit: async (table, id, fields) => {
      const doc = await find(table, id)
      if (doc) await doc.incrementalPatch(fields as never)
      return Boolean(doc)
    },
    remove: async (table, id) => {
      const doc = await find(table, id)
      if (doc) await doc.incrementalRemove()
      return Boolean(doc)
    },
    rows: async (table) => {
      const docs = await collections[table]!.find().exec()
      return new Map(docs.map((doc) => [doc.id, seen(table, doc.toJSON() as never)]))
    },
    unsent: async () => 0,
    close: async () => {
      await database.close()
    },
  }
}

export { addRxPlugin }

// WatermelonDB on a farm: pages, retries after 409, rows that need attention, edits of rows that somebody deleted.

import { type Database, type DirtyRaw, Q } from '@nozbe/watermelondb'
import { synchronize } from '@nozbe/watermelondb/sync'
import { Attention, type Farm, idOf, type Problem, Refused, type Row } from './farm'

type Table = { created: Row[]; updated: Row[]; deleted: string[] }
type Pulled = { changes: Record<string, Table>; timestamp: number; began: number; has_more: boolean }
type Pushed = {
  experimentalRejectedIds: Record<string, string[]>
  rejected: { table: string; id: string; problem: Problem }[]
}
const RETRIES = 5

export class WatermelonFarm {
  readonly attention = new Attention()
  private began = 0
  private hasMore = false

  constructor(
    readonly farm: Farm,
    readonly database: Database,
    readonly tables: string[],
  ) {}

  /** Pull and push until nothing is left; after 409 pull first, so that columns are merged. */
  async sync(): Promise<void> {
    for (let tries = 0; ; ) {
      try {
        await synchronize({
          database: this.database,
          sendCreatedAsUpdated: true,
          pullChanges: (asked) => this.pull(asked.lastPulledAt ?? null, asked.schemaVersion, asked.migration),
          pushChanges: (asked) => this.push(asked.changes as never, asked.lastPulledAt),
        })
        if (!this.hasMore) return
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 409 || ++tries > RETRIES) throw error
      }
    }
  }

  private async pull(after: number | null, schemaVersion: number, migration: unknown) {
    const query = new URLSearchParams({ collections: this.tables.join(','), schema_version: String(schemaVersion) })
    if (after !== null) {
      query.set('last_pulled_at', String(after))
      query.set('began', String(this.began))
    }
    if (migration) query.set('migration', JSON.stringify(migration))
    const page = await this.farm.json<Pulled>('GET', `watermelon?${query}`)
    await this.tellOfEditsOfDeleted(page)
    this.began = page.began
    this.hasMore = page.has_more
    return { changes: page.changes as never, timestamp: page.timestamp }
  }

  private async push(changes: Record<string, Table>, lastPulledAt: number) {
    const sent = Object.fromEntries(
      Object.entries(changes).filter(([, table]) => table.created.length + table.updated.length + table.deleted.length),
    )
    const query = new URLSearchParams({ last_pulled_at: String(lastPulledAt), device_id: this.farm.deviceId })
    const pushed = await this.farm.json<Pushed>('POST', `watermelon?${query}`, sent)
    this.attention.rows.clear()
    for (const { table, id, problem } of pushed.rejected) {
      const row = [...(sent[table]?.created ?? []), ...(sent[table]?.updated ?? [])].find((one) => one.id === id)
      this.attention.put(table, id, problem, row)
      // a row that the farm keeps comes back with the next pull
      if (sent[table]?.deleted.includes(id)) await this.database.adapter.destroyDeletedRecords(table as never, [id])
    }
    return { experimentalRejectedIds: pushed.experimentalRejectedIds as never }
  }

  /** WatermelonDB drops local edits of a row that is deleted elsewhere: the farm keeps them as a conflict. */
  private async tellOfEditsOfDeleted(page: Pulled): Promise<void> {
    for (const [table, { deleted }] of Object.entries(page.changes)) {
      if (!deleted.length || !this.tables.includes(table)) continue
      const edited = await this.database.get(table).query(Q.where('id', Q.oneOf(deleted))).fetch()
      for (const record of edited) {
        const raw = record._raw as DirtyRaw
        if (raw._status !== 'updated' || !raw._changed) continue
        const doc = Object.fromEntries(String(raw._changed).split(',').map((name) => [name, raw[name]]))
        const said = { collection: table, id: raw.id as string, op: 'upsert', base_rev: raw.rev as number, doc }
        const mutation = { mutation_id: await idOf(JSON.stringify(said)), ...said }
        await this.farm.json('POST', 'push', { device_id: this.farm.deviceId, mutations: [mutation] })
      }
    }
  }
}

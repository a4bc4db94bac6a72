// One bad row of ten on each kind of phone: nine are taken, the tenth stays, can be edited, and is taken then.

import { Farm } from '../../../../../examples/sync/farm'
import { signOut, Unsent } from '../../../../../examples/sync/sign_out'
import { newId, rxdbPhone, watermelonPhone } from './phones'

const given = JSON.parse(await Bun.stdin.text()) as { seed: number; root: string; flock_id: string; tokens: string[] }
const found: Record<string, unknown> = { seed: given.seed }
for (const [place, make] of [watermelonPhone, rxdbPhone].entries()) {
  const farm = new Farm(given.root, () => given.tokens[place]!, newId())
  await farm.json('PUT', `devices/${farm.deviceId}`, { name: 'phone', unsent: 10 })
  const phone = await make('y', farm)
  const ids = Array.from({ length: 10 }, newId)
  for (const [row, id] of ids.entries()) {
    const birth_date = row === 4 ? '2100-01-01' : '2024-08-01'
    await phone.create('animals', id, { flock_id: given.flock_id, sex: 'female', birth_date })
  }
  await phone.sync()
  await phone.sync()
  const waiting = [...phone.attention.rows]
  const held = (await phone.rows('animals')).get(ids[4]!)
  const refused = await signOut(farm, async () => phone.attention.rows.size).catch((error) => error)
  await phone.edit('animals', ids[4]!, { birth_date: '2024-08-02' })
  await phone.sync()
  await phone.sync()
  await signOut(farm, async () => phone.attention.rows.size)
  const rows = await phone.rows('animals')
  found[phone.name + place] = {
    waiting: waiting.map(([key, { problem }]) => [key === `animals/${ids[4]}`, problem.errors[0]?.field]),
    held: held?.birth_date,
    refused: refused instanceof Unsent && refused.count,
    after: phone.attention.rows.size,
    taken: ids.filter((id) => rows.get(id)?.rev).length,
  }
  await phone.close()
}
console.log(JSON.stringify(found))
process.exit(0)

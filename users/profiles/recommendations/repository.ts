import * as keys from "../../platform/dynamo/keys.ts";
import { absent, any, ConditionFailed, compare, type Table } from "../../platform/dynamo/table.ts";
import { type FarmNews, farmNews } from "./models.ts";

/** The latest day of each kind of news of a farm; the farm's, nobody's own. */
export class FarmNewsRepository {
  constructor(private readonly table: Table) {}

  async read(farmId: string): Promise<FarmNews> {
    return farmNews.parse((await this.table.get(keys.farmNews(farmId))) ?? {});
  }

  /** The later day stands, in whatever order they arrive. */
  async setLatest(farmId: string, name: keyof FarmNews, dayText: string): Promise<void> {
    const isLater = any(absent(name), compare(name, "<", dayText));
    try {
      await this.table.update(keys.farmNews(farmId), { set: { [name]: dayText } }, isLater);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

/** Bundles the pages into dist/, which the edge serves: nothing is loaded from elsewhere. */
import { rm } from "node:fs/promises";

const outdir = `${import.meta.dir}/dist`;
await rm(outdir, { recursive: true, force: true });
await Bun.build({
  entrypoints: ["docs.html", "graphql.html", "health.html"].map((name) => `${import.meta.dir}/${name}`),
  outdir,
  publicPath: "/docs/assets/",
  naming: { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
  define: { "process.env.NODE_ENV": '"production"' },
  minify: true,
});

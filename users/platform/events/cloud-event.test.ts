import { describe, expect, test } from "bun:test";
import { cloudEvent, ofHead } from "./cloud-event.ts";

const head: Record<string, string> = {
  "ce-id": "0198c5a2-7c11-7d3e-8f00-000000000001",
  "ce-type": "farm.weight.recorded.v1",
  "ce-time": "2026-11-30T20:00:00.123456+00:00",
  "ce-farmid": "0198c5a2-7c11-7d3e-8f00-000000000002",
};

describe("the head of a fact", () => {
  test("says what the fact says of itself, without its data", () => {
    const { "ce-id": id, "ce-type": type, "ce-time": time, "ce-farmid": farmid } = head;
    const whole = cloudEvent.parse({ id, type, time, farmid, actor: null, data: {} });
    expect(ofHead((name) => head[name])).toEqual(whole);
  });

  test.each(["ce-id", "ce-type", "ce-time"])("is none without %s", (name) => {
    expect(ofHead((each) => (each === name ? undefined : head[each]))).toBeUndefined();
  });
});

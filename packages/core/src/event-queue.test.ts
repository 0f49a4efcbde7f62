import { expect, test } from "vitest";
import { createEventQueue, type EventQueue } from "./event-queue.ts";

async function readAll(queue: EventQueue<number>): Promise<number[]> {
  const events: number[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

test("a reader gets what was pushed before and after it came, and ends", async () => {
  const queue = createEventQueue<number>(10);
  queue.push(1);
  const reading = readAll(queue);
  queue.push(2);
  await Promise.resolve();
  queue.push(3);
  queue.end();
  expect(await reading).toEqual([1, 2, 3]);
});

test("without a reader the newest are held, as many as fit", async () => {
  const queue = createEventQueue<number>(2);
  for (const event of [1, 2, 3]) queue.push(event);
  queue.end();
  expect(await readAll(queue)).toEqual([2, 3]);
});

test("an event pushed while a batch is being read is not lost", async () => {
  const queue = createEventQueue<number>(10);
  queue.push(1);
  const seen: number[] = [];
  for await (const event of queue) {
    seen.push(event);
    if (event === 1) queue.push(2);
    else queue.end();
  }
  expect(seen).toEqual([1, 2]);
});

test("a reader that stops leaves the events after its last one to the next reader", async () => {
  const queue = createEventQueue<number>(10);
  for (const event of [1, 2, 3]) queue.push(event);
  for await (const event of queue) if (event === 1) break;
  queue.end();
  expect(await readAll(queue)).toEqual([2, 3]);
});

// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { follow, go, read, route, write } from "./route.ts";

beforeEach(() => {
  history.replaceState(null, "", "/console");
  follow();
});

test.each([
  ["", { view: "notebook", job: "" }],
  ["?view=swarm", { view: "swarm", job: "" }],
  ["?view=jobs&job=j3", { view: "jobs", job: "j3" }],
  ["?view=storage&job=j3", { view: "storage", job: "" }],
  ["?view=%3Cscript%3E", { view: "notebook", job: "" }],
] as const)("the query %o is the route %o", (query, expected) => {
  expect(read(query)).toEqual(expected);
});

test("a route's query reads back as the route, whatever the job is called", () => {
  const odd = { view: "jobs", job: "a&b=c #d" } as const;
  expect(read(write(odd))).toEqual(odd);
});

test("going to a view changes the address, and Back leads back", () => {
  go("jobs", "j3");
  expect(location.search).toBe("?view=jobs&job=j3");
  expect(route.value).toEqual({ view: "jobs", job: "j3" });
  history.replaceState(null, "", "/console?view=swarm");
  dispatchEvent(new Event("popstate"));
  expect(route.value.view).toBe("swarm");
});

test("going where one is leaves no step for Back", () => {
  go("swarm");
  const steps = history.length;
  go("swarm");
  expect(history.length).toBe(steps);
});

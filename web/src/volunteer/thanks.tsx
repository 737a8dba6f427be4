import { inBytes, volunteer } from "../strings.ts";
import * as state from "./state.ts";

/** After the end: what this tab contributed. */
export function Thanks() {
  const text = volunteer.after;
  const received = state.received.value;
  const served = state.served.value;
  const time = volunteer.meter.seconds(state.secondsComputed.value);
  return (
    <section class="thanks" id="thanks" aria-label={text.heading}>
      <p class="big">{text.thanks}</p>
      <p>{text.said(state.tasksDone.value, time, state.jobsHelped.value)}</p>
      <p class="soft">
        {text.bytes(inBytes(received.direct + received.relayed), inBytes(served.direct + served.relayed))}
      </p>
    </section>
  );
}

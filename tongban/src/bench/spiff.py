"""Five approvals by SpiffWorkflow, each step kept in SQLite before the next: what stands beside `tongban bench cases`.

    python spiff.py SECONDS LIVE_CASES

Prints one JSON object. A case has five user tasks in a row; every step completes the task, serializes the workflow and
commits it with synchronous=FULL. The workflow stays in memory between its steps: restoring it from its row each time, as
a server with many cases must, would cost about as much again.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

STEPS = 5


def process():
    flow = ["start"] + [f"step{n}" for n in range(STEPS)] + ["end"]
    arrows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(zip(flow, flow[1:]))
    )
    tasks = "".join(f'<userTask id="step{n}" name="step {n}"/>' for n in range(STEPS))
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">'
        '<process id="approval" isExecutable="true"><startEvent id="start"/>'
        f'{tasks}<endEvent id="end"/>{arrows}</process></definitions>'
    )


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(seconds, live_cases):
    parser = BpmnParser()
    parser.add_bpmn_str(process().encode())
    spec = parser.get_spec("approval")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        database = sqlite3.connect(os.path.join(folder, "spiff.db"), isolation_level=None)
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.execute("create table cases (id integer primary key, status text, state text)")

        def keep(case, workflow, status):
            text = serializer.serialize_json(workflow)
            database.execute("begin immediate")
            database.execute(
                "insert into cases (id, status, state) values (?, ?, ?)"
                " on conflict (id) do update set status = excluded.status, state = excluded.state",
                (case, status, text),
            )
            database.execute("commit")

        cases = steps = 0
        wall, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() - wall < seconds:
            cases += 1
            workflow = BpmnWorkflow(spec)
            workflow.do_engine_steps()
            keep(cases, workflow, "open")
            for step in range(STEPS):
                task = workflow.get_next_task(state=TaskState.READY, manual=True)
                task.data[f"step{step}"] = {"agree": True, "text": "approved"}
                task.run()
                workflow.do_engine_steps()
                keep(cases, workflow, "closed" if workflow.is_completed() else "open")
                steps += 1
            assert workflow.is_completed()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        before = resident_bytes()
        live = []
        for _ in range(live_cases):
            workflow = BpmnWorkflow(spec)
            workflow.do_engine_steps()
            live.append(workflow)
        memory = (resident_bytes() - before) / max(1, len(live))
    print(
        json.dumps(
            {
                "cases_per_s": cases / wall,
                "steps_per_s": steps / wall,
                "cases_per_cpu_s": cases / cpu,
                "live_case_bytes": memory,
            }
        )
    )


main(float(sys.argv[1]), int(sys.argv[2]))

//! From a recorded drift to a rule in a real file and back, in the program itself.

use super::program::{Program, Recorded};
use super::server::{Serving, watch};

/// Opens the workbench on a drift, gives a reason, writes the rule.
fn ignore(program: &mut Program) {
    program.send("/payments-api\r");
    program.wait_for_frame("the filter", |frame| {
        frame.contains("filter payments-api ─") && frame.contains("payments-api ›")
    });
    program.send("x");
    program.wait_for_frame("the workbench", |frame| {
        frame.contains("What this rule hides") && frame.contains("in this resource")
    });
    program.send("\r");
    let asked = program.wait_for_frame("what is missing", |frame| {
        frame.contains("needs a reason") || frame.contains("guards something: type")
    });
    if asked.contains("guards something: type") {
        program.send("hides-danger\t");
    }
    program.send("tried out\r");
    program.wait_for_frame("that it was written", |frame| frame.contains("Ignored: the rule is in"));
    program.wait_for_frame("the new judgement", |frame| {
        frame.contains("tried out") && frame.contains("gnored")
    });
}

#[test]
fn x_writes_a_rule_the_drift_is_ignored_and_u_takes_it_back() {
    let mut program = Program::judged(&Recorded::under_test(), (120, 40));
    ignore(&mut program);
    program.send("u");
    program.wait_for_frame("that it was taken back", |frame| frame.contains("out of your list again"));
    program.wait_for_frame("the old judgement", |frame| !frame.contains("tried out"));
}

#[test]
fn what_was_written_is_in_the_audit_log_by_whom_and_why() {
    let serving = Serving::start("127.0.0.1:0");
    let mut program = watch(&serving.address, &serving.token, &[], (120, 40));
    program.wait_until_judged(Recorded::built_in().applications());
    ignore(&mut program);
    program.send("u");
    program.wait_for_frame("that it was taken back", |frame| frame.contains("out of your list again"));
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    let told = program.run(&["audit", "--application", "payments-api"]);
    let steps: Vec<&str> = told.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    for step in ["intended", "done", "taken-back"] {
        assert!(steps.contains(&step), "{step} is missing in\n{told}");
    }
    assert!(told.contains("because: tried out") && told.contains("ignore.toml"), "{told}");
}

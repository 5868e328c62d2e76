//! From a recorded drift to a rule in a real file and back, in the program itself.

use super::program::{Program, Recorded};

#[test]
fn x_writes_a_rule_the_drift_is_ignored_and_u_takes_it_back() {
    let mut program = Program::judged(&Recorded::under_test(), (120, 40));
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
    program.send("u");
    program.wait_for_frame("that it was taken back", |frame| frame.contains("out of your list again"));
    program.wait_for_frame("the old judgement", |frame| !frame.contains("tried out"));
}

//! Vital signs that fit an age.

use crate::draw::Draw;

/// One line of vital signs: temperature, pulse, breathing, blood pressure from 12 years, weight.
pub(super) fn line(draw: &mut Draw, age: u8, fever: bool, hypertensive: bool) -> String {
    let temperature = if fever {
        draw.between(378, 395)
    } else {
        draw.between(361, 372)
    };
    let (low, high) = pulse(age);
    let rise = if fever { 15 } else { 0 };
    let pulse = draw.between(low, high) + rise;
    let (slow, fast) = breathing(age);
    let breaths = draw.between(slow, fast);
    let weight = weight(draw, age);
    let pressure = pressure(draw, age, hypertensive);
    let (whole, tenth) = (temperature / 10, temperature % 10);
    format!("T {whole}.{tenth} °C, P {pulse}/min, RR {breaths}/min, {pressure}weight {weight} kg.")
}

const fn pulse(age: u8) -> (i32, i32) {
    match age {
        0 => (110, 150),
        1..5 => (90, 130),
        5..12 => (75, 110),
        _ => (60, 92),
    }
}

const fn breathing(age: u8) -> (i32, i32) {
    match age {
        0 => (30, 45),
        1..5 => (22, 32),
        5..12 => (18, 24),
        _ => (12, 18),
    }
}

/// Kilograms; children grow about 2.5 kg a year until twelve, faster until seventeen.
fn weight(draw: &mut Draw, age: u8) -> i32 {
    let age = i32::from(age);
    let (low, high) = match age {
        0 => (4, 9),
        1..12 => (8 + age * 2, 11 + age * 3),
        12..18 => (32 + (age - 12) * 4, 50 + (age - 12) * 5),
        _ => (48, 112),
    };
    draw.between(low, high)
}

fn pressure(draw: &mut Draw, age: u8, hypertensive: bool) -> String {
    if age < 12 {
        return String::new();
    }
    let (low, high) = if hypertensive { (136, 172) } else { (102, 134) };
    let systolic = draw.between(low, high);
    let diastolic = systolic * 3 / 5 + draw.between(-4, 6);
    format!("BP {systolic}/{diastolic} mmHg, ")
}

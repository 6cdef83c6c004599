//! Reads dates of three numbers, such as `03-04-26`, which do not show whether the day, the month
//! or the year comes first.

use super::found::Context;
use super::modified::DateOrder;
use super::scan;
use crate::reply::Timestamp;

/// A date, and whether its order is a guess: the numbers are a date in another order too, and no
/// line has shown the order.
#[derive(Clone, Copy)]
pub(super) struct Date {
    pub(super) day: Timestamp,
    pub(super) is_assumed: bool,
}

/// Reads three numbers as a date in one of `orders`. The preferred order is tried first: it is that
/// of the context, or `usual` if the context has only the default order and no line has shown an
/// order. The result is the first date that is at most one day after `now`. If every date is later,
/// it is the first date of all. If the numbers are a date in one order only, or if the result has
/// another order than the preferred one, the context keeps the order of the result for the next
/// lines. So call this function only for a line that is surely an entry.
///
/// `None` if the numbers are a date in no order.
pub(super) fn resolve(
    numbers: [&[u8]; 3],
    orders: &[DateOrder],
    usual: DateOrder,
    context: &mut Context,
) -> Option<Date> {
    let is_default = !context.order_is_known && context.order == DateOrder::default();
    let preferred = if is_default { usual } else { context.order };
    let is_preferred = |order: &DateOrder| *order == preferred;
    let all = || {
        let first = orders.iter().filter(|order| is_preferred(order));
        let others = orders.iter().filter(|order| !is_preferred(order));
        let readings = first.chain(others);
        readings.filter_map(|order| Some((*order, read(numbers, *order)?)))
    };
    let tomorrow = context.now.map(|now| now.next_day().unwrap_or(now));
    let is_past = |day: Timestamp| tomorrow.is_none_or(|tomorrow| day <= tomorrow);
    // A date in the future decides nothing against an order that a line has shown.
    let (order, day) = all()
        .find(|(_, day)| context.order_is_known || is_past(*day))
        .or_else(|| all().next())?;
    let is_assumed = !context.order_is_known && all().any(|(_, other)| other != day);
    if all().all(|(other, _)| other == order) {
        context.order_is_known = true;
    }
    if context.order_is_known || order != preferred {
        context.order = order;
    }
    Some(Date { day, is_assumed })
}

/// Reads the numbers in this order. `None` if they are no date in it.
fn read([first, second, third]: [&[u8]; 3], order: DateOrder) -> Option<Timestamp> {
    let (year, month, day) = match order {
        DateOrder::MonthFirst => (third, first, second),
        DateOrder::DayFirst => (third, second, first),
        DateOrder::YearFirst => (first, second, third),
    };
    let month = scan::two_digits(month)?;
    Timestamp::from_parts(scan::year(year)?, month, scan::two_digits(day)?, 0, 0, 0)
}

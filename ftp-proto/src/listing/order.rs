//! Dates of three numbers, such as `03-04-26`, whose order the line leaves open.

use super::found::Context;
use super::modified::DateOrder;
use super::scan;
use crate::reply::Timestamp;

/// A date, and whether its order is a guess: the numbers are a date in another order too, and no
/// line has shown which it is.
#[derive(Clone, Copy)]
pub(super) struct Date {
    pub(super) day: Timestamp,
    pub(super) is_assumed: bool,
}

/// Reads the numbers in one of these orders. The order of the context counts most, unless it is
/// still the default and `usual` is another; then a date that is not in the future, if `now` is
/// known; then the first of the orders. What a line shows about the order is kept for the next
/// lines, so call this only for what is surely an entry.
///
/// `None` if there is no such date.
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
    let (order, day) = all()
        .find(|(_, day)| is_past(*day))
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

/// The numbers in this order, if there is such a date.
fn read([first, second, third]: [&[u8]; 3], order: DateOrder) -> Option<Timestamp> {
    let (year, month, day) = match order {
        DateOrder::MonthFirst => (third, first, second),
        DateOrder::DayFirst => (third, second, first),
        DateOrder::YearFirst => (first, second, third),
    };
    let month = scan::two_digits(month)?;
    Timestamp::from_parts(scan::year(year)?, month, scan::two_digits(day)?, 0, 0, 0)
}

//! Factorials, permutations, combinations: products of ranges, multiplied as a balanced tree so that the long
//! multiplications are few and between operands of one size.

use super::arith::{floor_div, mul};
use super::bits::lshift;
use super::{Int, IntRef};
use crate::num::{NumError, NumResult};

/// Ranges up to this length are multiplied one after another. Arbitrary.
const LEAF: u64 = 8;

/// The product of `low..=high`, 1 when empty.
fn range_product(low: u64, high: u64) -> Int {
    if low > high {
        return Int::ONE;
    }
    if high - low < LEAF {
        let mut product = Int::from_u64(low);
        for factor in low + 1..=high {
            product = mul(product.as_ref(), Int::from_u64(factor).as_ref());
        }
        return product;
    }
    let middle = low + (high - low) / 2;
    mul(range_product(low, middle).as_ref(), range_product(middle + 1, high).as_ref())
}

/// The product of the odd numbers in `low..=high`, both odd.
fn odd_product(low: u64, high: u64) -> Int {
    if low > high {
        return Int::ONE;
    }
    if high - low < 2 * LEAF {
        let mut product = Int::from_u64(low);
        let mut factor = low + 2;
        while factor <= high {
            product = mul(product.as_ref(), Int::from_u64(factor).as_ref());
            factor += 2;
        }
        return product;
    }
    let middle = (low + (high - low) / 2) | 1;
    mul(odd_product(low, middle).as_ref(), odd_product(middle + 2, high).as_ref())
}

/// `n!`
///
/// **Errors:** `MemoryError` when nobody can hold the result.
pub fn factorial(n: u64) -> NumResult<Int> {
    if n <= 20 {
        return Ok(Int::Small((2..=n as i64).product()));
    }
    if n > 1 << 34 {
        return Err(NumError::Memory);
    }
    // n! = 2^(n - ones(n)) times, for each halving of n, the odd numbers up to it.
    let (mut inner, mut outer) = (Int::ONE, Int::ONE);
    let mut previous = 1;
    for shift in (0..64 - n.leading_zeros()).rev() {
        let part = n >> shift;
        let odd = if part & 1 == 1 { part } else { part - 1 };
        if odd > previous {
            inner = mul(inner.as_ref(), odd_product(previous + 2, odd).as_ref());
            previous = odd;
        }
        outer = mul(outer.as_ref(), inner.as_ref());
    }
    lshift(outer.as_ref(), IntRef::Small((n - n.count_ones() as u64) as i64))
}

/// `n * (n-1) * ... * (n-k+1)`, for `n` not negative.
///
/// **Errors:** `MemoryError` when nobody can hold the result.
pub fn perm(n: IntRef<'_>, k: u64) -> NumResult<Int> {
    if let Some(n) = n.to_u64() {
        return if k > n {
            Ok(Int::ZERO)
        } else if k > 1 << 34 {
            Err(NumError::Memory)
        } else {
            Ok(range_product(n - k + 1, n))
        };
    }
    fn tree(n: IntRef<'_>, from: u64, to: u64) -> Int {
        if to - from == 1 {
            return super::sub(n, Int::from_u64(from).as_ref());
        }
        let middle = from + (to - from) / 2;
        mul(tree(n, from, middle).as_ref(), tree(n, middle, to).as_ref())
    }
    if k == 0 {
        return Ok(Int::ONE);
    }
    if k > 1 << 28 {
        return Err(NumError::Memory);
    }
    Ok(tree(n, 0, k))
}

/// The number of ways to choose `k` of `n`, for `n` not negative; `k` is the smaller of `k` and `n - k`.
///
/// **Errors:** `MemoryError` when nobody can hold the result.
pub fn comb(n: IntRef<'_>, k: u64) -> NumResult<Int> {
    if let (IntRef::Small(n), true) = (n, k <= 64) {
        let mut result = 1u128;
        let mut fits = true;
        for i in 0..k {
            match result.checked_mul((n as u64).wrapping_sub(i) as u128) {
                Some(product) => result = product / (i as u128 + 1),
                None => {
                    fits = false;
                    break;
                }
            }
        }
        if fits {
            return Ok(Int::from_u128(false, result));
        }
    }
    floor_div(perm(n, k)?.as_ref(), factorial(k)?.as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    #[test]
    fn factorials() {
        let mut slow = Int::ONE;
        for n in 1..200u64 {
            slow = mul(slow.as_ref(), Int::from_u64(n).as_ref());
            assert_eq!(factorial(n).unwrap(), slow, "{n}");
        }
        assert_eq!(s(&factorial(25).unwrap()), "15511210043330985984000000");
        assert_eq!(factorial(0).unwrap(), Int::ONE);
    }

    #[test]
    fn choices() {
        let c = |n: &str, k| s(&comb(i(n).as_ref(), k).unwrap());
        assert_eq!(c("10", 3), "120");
        assert_eq!(c("100", 50), "100891344545564193334812497256");
        assert_eq!(c("200", 100), "90548514656103281165404177077484163874504589675413336841320");
        assert_eq!(c("100000000000000000000", 2), "4999999999999999999950000000000000000000");
        assert_eq!(c("5", 0), "1");
        assert_eq!(s(&perm(IntRef::Small(10), 3).unwrap()), "720");
        assert_eq!(perm(IntRef::Small(3), 4).unwrap(), Int::ZERO);
        assert_eq!(
            s(&perm(i("100000000000000000000").as_ref(), 2).unwrap()),
            "9999999999999999999900000000000000000000"
        );
        assert_eq!(perm(IntRef::Small(30), 30).unwrap(), factorial(30).unwrap());
    }
}

//! [`Statistic`]: the statistical aggregates.

/// Lists the statistical aggregates, whose arguments and results are doubles. Rows in which an argument is NULL are left
/// out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// `STDDEV_POP`: the standard deviation of all rows.
    StddevPop,
    /// `STDDEV_SAMP`: the standard deviation of a sample; NULL over one row.
    StddevSamp,
    /// `VAR_POP`: the variance of all rows.
    VarPop,
    /// `VAR_SAMP`: the variance of a sample; NULL over one row.
    VarSamp,
    /// `CORR`: the correlation coefficient of two arguments.
    Corr,
    /// `COVAR_POP`: the covariance of two arguments over all rows.
    CovarPop,
    /// `COVAR_SAMP`: the covariance of two arguments over a sample; NULL over one row.
    CovarSamp,
    /// `REGR_SLOPE`: the slope of the line that fits the points best. The first argument is y, the second x.
    RegrSlope,
    /// `REGR_INTERCEPT`: the y of that line where x is 0.
    RegrIntercept,
    /// `REGR_R2`: the square of the correlation coefficient.
    RegrR2,
}

impl Statistic {
    /// Returns the function's name with an opening parenthesis.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::StddevPop => "STDDEV_POP(",
            Self::StddevSamp => "STDDEV_SAMP(",
            Self::VarPop => "VAR_POP(",
            Self::VarSamp => "VAR_SAMP(",
            Self::Corr => "CORR(",
            Self::CovarPop => "COVAR_POP(",
            Self::CovarSamp => "COVAR_SAMP(",
            Self::RegrSlope => "REGR_SLOPE(",
            Self::RegrIntercept => "REGR_INTERCEPT(",
            Self::RegrR2 => "REGR_R2(",
        }
    }

    /// Returns whether it is of pairs of numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm_core::stmt::Statistic;
    /// assert!(Statistic::Corr.is_of_pairs() && !Statistic::VarPop.is_of_pairs());
    /// ```
    pub fn is_of_pairs(self) -> bool {
        match self {
            Self::StddevPop | Self::StddevSamp | Self::VarPop | Self::VarSamp => false,
            Self::Corr
            | Self::CovarPop
            | Self::CovarSamp
            | Self::RegrSlope
            | Self::RegrIntercept
            | Self::RegrR2 => true,
        }
    }
}

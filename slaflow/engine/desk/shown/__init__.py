"""Parts of a lead as its page shows them: its clocks along time, its handoffs, its checks."""

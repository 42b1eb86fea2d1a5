-- Run by `smena migrate`, revision 0019: whoever explains a shift asks which decisions set another against it.

create index decision_of_rival on control.decision (rival_id) where rival_id is not null;
